// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ChallengeKind, Entry, Ineligible, Weight} from "../types/Types.sol";

/// @notice What refutes a round: one pair, and what the posted entries say of it. See docs/PROTOCOL.md, "Dispute".
library Certificates {
    /// @dev What the entries say of the pair on which a challenge turns: (workload, node), the node being the challenged one
    /// (E1), that of the entry (E2) or the one that the entry names as next (E4). Duals of the unlisted are 0.
    struct Excerpt {
        bool workloadListed;
        bool nodeListed;
        uint32 node;
        Entry ofWorkload;
        Entry ofNode;
    }

    /// @notice Reverts unless every word is as narrow as its field, as the ABI has it: nobody could bring back other entries,
    /// to challenge them.
    function requireClean(Entry[] calldata entries) internal pure {
        uint256 dirt;
        assembly ("memory-safe") {
            let end := add(entries.offset, mul(entries.length, 224))
            for { let at := entries.offset } lt(at, end) { at := add(at, 224) } {
                let ids := or(or(calldataload(at), calldataload(add(at, 32))), calldataload(add(at, 160)))
                let micros := or(calldataload(add(at, 64)), calldataload(add(at, 96)))
                micros := or(micros, calldataload(add(at, 128)))
                let rank := calldataload(add(at, 192))
                dirt := or(dirt, or(or(shr(32, ids), shr(64, micros)), shr(16, rank)))
            }
        }
        require(dirt == 0);
    }

    /// @notice keccak256(abi.encode(entries)), without decoding them: those that were posted are clean.
    function hashOf(Entry[] calldata entries) internal pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            let data := mload(0x40)
            let size := mul(entries.length, 224) // seven words each
            mstore(data, 32)
            mstore(add(data, 32), entries.length)
            calldatacopy(add(data, 64), entries.offset, size)
            hash := keccak256(data, add(size, 64))
        }
    }

    /// @notice `entries` ascend by workload id, as posted. `node` is that of E1.
    function excerpt(Entry[] calldata entries, ChallengeKind kind, uint32 workload, uint32 node)
        internal
        pure
        returns (Excerpt memory x)
    {
        uint256 i = _firstFrom(entries, workload);
        if (i < entries.length && entries[i].workload == workload) {
            x.workloadListed = true;
            x.ofWorkload = entries[i];
        }
        if (kind == ChallengeKind.E2) {
            x.node = x.ofWorkload.node;
            return x;
        }
        x.node = kind == ChallengeKind.E1 ? node : x.ofWorkload.next;
        i = _indexOfNode(entries, x.node);
        if (i < entries.length) {
            x.nodeListed = true;
            x.ofNode = entries[i];
        }
    }

    /// @notice What E4 says of an entry without any weight: it names no next node where it pays nobody less than its weight,
    /// else another node than its own, unlisted or of a strictly lower rank.
    function breaksOrder(Excerpt memory x) internal pure returns (bool) {
        Entry memory entry = x.ofWorkload;
        if (entry.uMicro == 0) return entry.next != 0 || entry.rank != 0;
        return entry.next == entry.node || (x.nodeListed && x.ofNode.rank >= entry.rank);
    }

    /// @notice What the weight of the pair refutes.
    function contradicts(Excerpt memory x, ChallengeKind kind, Weight memory weight)
        internal
        pure
        returns (bool)
    {
        Entry memory entry = x.ofWorkload;
        bool feasible = weight.ineligible == Ineligible.None && weight.weightMicro >= 0;
        uint256 weightMicro = feasible ? uint256(weight.weightMicro) : 0;
        if (kind == ChallengeKind.E1) return weightMicro > uint256(entry.uMicro) + x.ofNode.vMicro;
        if (!feasible) return true;
        if (kind == ChallengeKind.E4) return weightMicro != uint256(entry.uMicro) + x.ofNode.vMicro;
        return weightMicro != uint256(entry.uMicro) + entry.vMicro
            || entry.priceMicro != weight.costMicro + entry.vMicro;
    }

    /// @dev The first entry with that workload or a newer one.
    function _firstFrom(Entry[] calldata entries, uint32 workload) private pure returns (uint256 low) {
        uint256 high = entries.length;
        while (low < high) {
            uint256 middle = (low + high) / 2;
            if (entries[middle].workload < workload) low = middle + 1;
            else high = middle;
        }
    }

    /// @dev The index of the node's entry; the number of entries if it is unlisted. An entry is seven words, the node its
    /// second.
    function _indexOfNode(Entry[] calldata entries, uint32 node) private pure returns (uint256 i) {
        assembly ("memory-safe") {
            let first := add(entries.offset, 32)
            let end := add(first, mul(entries.length, 224))
            let at := first
            for {} lt(at, end) { at := add(at, 224) } { if eq(calldataload(at), node) { break } }
            i := div(sub(at, first), 224)
        }
    }
}
