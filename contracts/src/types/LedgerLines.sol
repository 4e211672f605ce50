// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {LedgerLine} from "./Types.sol";

/// @notice The kinds of ledger line, each owned by one contract, which alone moves money out of it.
enum LineKind {
    None,
    Available, // of an account: its owner withdraws; the network contracts lock from it
    Escrow, // one, of all workloads: AIWorkloads
    ContestBond, // of a workload: AIWorkloads
    NodeStake, // of a node: ComputeNodes
    AuditorStake, // of an auditor: TruthfulReporting
    AuditorPool, // one: TruthfulReporting
    MatcherBond, // of a matcher: AICChain
    CommunityFund, // one: the timelock
    Treasury, // one: the timelock
    Burned // one: nobody; `burnAll` takes it out of the world
}

library LedgerLines {
    function available(address owner) internal pure returns (LedgerLine) {
        return _line(LineKind.Available, uint160(owner));
    }

    /// @dev Of all workloads together, so that none opens a line of its own; how much of it is whose, AIWorkloads knows.
    function escrow() internal pure returns (LedgerLine) {
        return _line(LineKind.Escrow, 0);
    }

    function contestBond(uint32 workload) internal pure returns (LedgerLine) {
        return _line(LineKind.ContestBond, workload);
    }

    function nodeStake(uint32 node) internal pure returns (LedgerLine) {
        return _line(LineKind.NodeStake, node);
    }

    function auditorStake(address auditor) internal pure returns (LedgerLine) {
        return _line(LineKind.AuditorStake, uint160(auditor));
    }

    function auditorPool() internal pure returns (LedgerLine) {
        return _line(LineKind.AuditorPool, 0);
    }

    function matcherBond(address matcher) internal pure returns (LedgerLine) {
        return _line(LineKind.MatcherBond, uint160(matcher));
    }

    function communityFund() internal pure returns (LedgerLine) {
        return _line(LineKind.CommunityFund, 0);
    }

    function treasury() internal pure returns (LedgerLine) {
        return _line(LineKind.Treasury, 0);
    }

    function burned() internal pure returns (LedgerLine) {
        return _line(LineKind.Burned, 0);
    }

    function kind(LedgerLine line) internal pure returns (LineKind) {
        uint256 value = uint256(LedgerLine.unwrap(line)) >> 248;
        return value > uint256(type(LineKind).max) ? LineKind.None : LineKind(value);
    }

    function account(LedgerLine line) internal pure returns (address) {
        return address(uint160(uint256(LedgerLine.unwrap(line))));
    }

    /// @notice Whether anybody could ever own what is in the line: a kind, an owner, and nothing in between.
    function isLine(LedgerLine line) internal pure returns (bool) {
        return kind(line) != LineKind.None && uint88(uint256(LedgerLine.unwrap(line)) >> 160) == 0;
    }

    function _line(LineKind kind_, uint256 id) private pure returns (LedgerLine) {
        return LedgerLine.wrap(bytes32((uint256(kind_) << 248) | id));
    }
}
