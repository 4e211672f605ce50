// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IDualTokenSystem} from "../interfaces/IDualTokenSystem.sol";
import {LedgerLines} from "./LedgerLines.sol";
import {Matches} from "./MatchLib.sol";
import {LedgerLine, Match, Split} from "./Types.sol";

/// @notice What became of a round that was posted, as AICChain says.
struct Standing {
    uint32 round;
    address matcher;
    uint32 lastChallengeRound;
    bool voided;
}

/// @notice What a call does to other contracts and to the counters, collected over the workloads that it names and done
/// once at its end.
struct Batch {
    Match[] released; // nodes and GPUs
    IDualTokenSystem.Payment[] payments;
    // Where the last payment to a node's owner, a client and a matcher is.
    uint256 ofOwner;
    uint256 ofClient;
    uint256 ofMatcher;
    int256 opened; // workloads that are open again, less those that no longer are
    Standing standing; // of the round that was asked for last
}

library Batches {
    /// @dev The first payments are the pools'.
    uint256 private constant POOLS = 3;
    /// @dev Node, matcher, client.
    uint256 private constant PARTIES = 3;

    /// @notice A batch of `count` workloads, each of which releases GPUs at most once and closes at most once.
    function ofSize(uint256 count) internal pure returns (Batch memory batch) {
        batch.released = new Match[](count);
        batch.payments = _places(POOLS + PARTIES * count);
        batch.payments[0] = IDualTokenSystem.Payment(LedgerLines.communityFund(), 0);
        batch.payments[1] = IDualTokenSystem.Payment(LedgerLines.auditorPool(), 0);
        batch.payments[2] = IDualTokenSystem.Payment(LedgerLines.treasury(), 0);
        _setLengths(batch, 0, POOLS);
    }

    function release(Batch memory batch, uint32 node, uint16 gpus) internal pure {
        uint256 count = batch.released.length;
        _setLengths(batch, count + 1, batch.payments.length);
        batch.released[count] = Matches.pack(0, node, 0, gpus, 0);
    }

    /// @notice Adds the shares of one workload.
    function pay(Batch memory batch, Split memory split, address owner, address matcher, address client)
        internal
        pure
    {
        batch.payments[0].amountMicro += split.communityFundMicro;
        batch.payments[1].amountMicro += split.auditorsMicro;
        batch.payments[2].amountMicro += split.treasuryMicro;
        batch.ofOwner = _add(batch, batch.ofOwner, owner, split.nodeMicro);
        batch.ofMatcher = _add(batch, batch.ofMatcher, matcher, split.matcherMicro);
        batch.ofClient = _add(batch, batch.ofClient, client, split.refundMicro);
    }

    /// @notice Whether anybody is paid: no workload closes without.
    function pays(Batch memory batch) internal pure returns (bool) {
        return batch.payments.length > POOLS;
    }

    /// @dev Workloads that follow each other often have a party in common, which then is paid once.
    function _add(Batch memory batch, uint256 last, address account, uint256 amountMicro)
        private
        pure
        returns (uint256 index)
    {
        if (amountMicro == 0) return last;
        LedgerLine line = LedgerLines.available(account);
        index = last;
        if (LedgerLine.unwrap(batch.payments[last].to) != LedgerLine.unwrap(line)) {
            index = batch.payments.length;
            _setLengths(batch, batch.released.length, index + 1);
            batch.payments[index] = IDualTokenSystem.Payment(line, amountMicro);
        } else {
            batch.payments[index].amountMicro += amountMicro;
        }
    }

    /// @dev Places for payments, none of them made yet: `new` would make all.
    function _places(uint256 count) private pure returns (IDualTokenSystem.Payment[] memory payments) {
        uint256[] memory words = new uint256[](count);
        assembly ("memory-safe") {
            payments := words
        }
    }

    /// @dev Lengths are how many of the places are taken; the memory behind them was set aside by `ofSize`.
    function _setLengths(Batch memory batch, uint256 released, uint256 payments) private pure {
        Match[] memory r = batch.released;
        IDualTokenSystem.Payment[] memory p = batch.payments;
        assembly ("memory-safe") {
            mstore(r, released)
            mstore(p, payments)
        }
    }
}
