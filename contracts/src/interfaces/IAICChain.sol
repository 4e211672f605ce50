// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Entry, Weight, Ineligible} from "../types/Types.sol";

/// @notice Rounds: who runs what. Anyone bonded posts the certified assignment of the current round, once; the hard
/// rules are enforced for each entry as it is posted. Optimality is not checked here: it can be refuted from what is kept.
interface IAICChain {
    struct Round {
        bytes32 entriesHash; // keccak256(abi.encode(entries)); zero where nothing was posted
        address matcher;
        uint32 cutoff; // the round covers the open workloads with id <= cutoff
        uint16 entryCount;
        uint64 postedAt;
    }

    error NotCurrentRound(uint32 round, uint32 current);
    error AlreadyPosted(uint32 round);
    error BondTooSmall(address matcher, uint256 haveMicro, uint256 needMicro);
    error BondLocked(address matcher, uint32 untilRound);
    error CutoffTooLow(uint32 cutoff, uint32 newest, uint256 entries, uint256 fullRound);
    error CutoffTooHigh(uint32 cutoff, uint32 newest);
    error CutoffExceeded(uint256 index, uint32 workload, uint32 cutoff);
    error EntriesNotAscending(uint256 index); // by workload id, strictly
    error NodeTwice(uint32 node);
    error NotEligible(uint256 index, uint32 workload, uint32 node, Ineligible reason);
    error PriceOutOfRange(uint256 index, uint256 costMicro, uint256 priceMicro, uint256 budgetMicro);

    event Bonded(address indexed matcher, uint256 bondMicro);
    event RoundPosted(
        uint32 indexed round, address indexed matcher, uint32 cutoff, bytes32 entriesHash, Entry[] entries
    );

    /// @notice Adds to the sender's matcher bond, from its available line.
    function bond(uint256 amountMicro) external;
    function unbond(uint256 amountMicro) external;
    /// @notice Only while `round` is current, and only once. What is sent can be seen: whoever copies it and is first has
    /// posted the same round, and takes the matchers' fee. A no-show that its entries match again is dealt with on the way,
    /// at its price in gas: `settle` it before.
    function postRound(uint32 round, uint32 cutoff, Entry[] calldata entries) external;
    function roundOf(uint32 round) external view returns (Round memory);
    function matcherOf(uint32 round) external view returns (address);
    /// @notice What the settlement of a match of `round` depends on; all zero where nothing was posted.
    function standingOf(uint32 round)
        external
        view
        returns (address matcher, uint32 lastChallengeRound, bool voided);
    /// @notice The weight of a pair as of `round`, through the policy contract that binds in it.
    function weightOf(uint32 workload, uint32 node, uint32 round) external view returns (Weight memory);
    /// @notice The 24 features of an eligible pair as of `round`, packed big-endian int16.
    function featuresOf(uint32 workload, uint32 node, uint32 round) external view returns (bytes memory);
    function currentRound() external view returns (uint32);
}
