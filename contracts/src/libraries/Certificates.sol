// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IAICChain} from "../interfaces/IAICChain.sol";
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

    /// @notice Reverts unless every word is as narrow as its field, as the ABI has it, and every amount as money is: other
    /// entries nobody could bring back, to challenge them (a float64 holds no more than 53 bits).
    function requireClean(Entry[] calldata entries) internal pure {
        uint256 dirt;
        assembly ("memory-safe") {
            let end := add(entries.offset, mul(entries.length, 224))
            for { let at := entries.offset } lt(at, end) { at := add(at, 224) } {
                let ids := or(or(calldataload(at), calldataload(add(at, 32))), calldataload(add(at, 160)))
                let micros := or(calldataload(add(at, 64)), calldataload(add(at, 96)))
                micros := or(micros, calldataload(add(at, 128)))
                let rank := calldataload(add(at, 192))
                dirt := or(dirt, or(or(shr(32, ids), shr(53, micros)), shr(16, rank)))
            }
        }
        require(dirt == 0, IAICChain.EntriesTooWide());
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

    /// @notice `entries` ascend by workload id and are clean, as posted. `node` is that of E1.
    function excerpt(Entry[] calldata entries, ChallengeKind kind, uint32 workload, uint32 node)
        internal
        pure
        returns (Excerpt memory x)
    {
        uint256 at = _firstFrom(entries, workload);
        x.workloadListed = at != _end(entries) && _word(at) == workload;
        if (x.workloadListed) x.ofWorkload = _load(at);
        if (kind == ChallengeKind.E2) {
            x.node = x.ofWorkload.node;
            return x;
        }
        x.node = kind == ChallengeKind.E1 ? node : x.ofWorkload.next;
        at = _ofNode(entries, x.node);
        x.nodeListed = at != _end(entries);
        if (x.nodeListed) x.ofNode = _load(at);
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

    // Entries in calldata, by where they are: seven words each, the workload the first of them, the node the second.

    /// @dev The first entry with that workload or a newer one, else the end.
    function _firstFrom(Entry[] calldata entries, uint32 workload) private pure returns (uint256 at) {
        assembly ("memory-safe") {
            let low := 0
            let high := entries.length
            for {} lt(low, high) {} {
                let middle := shr(1, add(low, high))
                switch lt(calldataload(add(entries.offset, mul(middle, 224))), workload)
                case 0 { high := middle }
                default { low := add(middle, 1) }
            }
            at := add(entries.offset, mul(low, 224))
        }
    }

    /// @dev The entry of that node, else the end. Eight entries at a time, and those of the last step one by one.
    function _ofNode(Entry[] calldata entries, uint32 node) private pure returns (uint256 at) {
        uint256 end = _end(entries);
        assembly ("memory-safe") {
            at := entries.offset
            for {} iszero(gt(add(at, 1792), end)) { at := add(at, 1792) } {
                let found := or(eq(calldataload(add(at, 32)), node), eq(calldataload(add(at, 256)), node))
                found := or(found, eq(calldataload(add(at, 480)), node))
                found := or(found, eq(calldataload(add(at, 704)), node))
                found := or(found, eq(calldataload(add(at, 928)), node))
                found := or(found, eq(calldataload(add(at, 1152)), node))
                found := or(found, eq(calldataload(add(at, 1376)), node))
                if or(found, eq(calldataload(add(at, 1600)), node)) { break }
            }
            for {} lt(at, end) { at := add(at, 224) } { if eq(calldataload(add(at, 32)), node) { break } }
        }
    }

    function _end(Entry[] calldata entries) private pure returns (uint256 end) {
        assembly ("memory-safe") {
            end := add(entries.offset, mul(entries.length, 224))
        }
    }

    function _word(uint256 at) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := calldataload(at)
        }
    }

    /// @dev In memory an entry is laid out as in calldata.
    function _load(uint256 at) private pure returns (Entry memory entry) {
        assembly ("memory-safe") {
            calldatacopy(entry, at, 224)
        }
    }
}
