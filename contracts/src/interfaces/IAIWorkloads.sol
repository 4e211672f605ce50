// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Match, WorkloadSpec, Status, CloseReason, ContestGround, Split} from "../types/Types.sol";

/// @notice Submit, cancel, start, complete, contest, settle: the status machine of a workload and its escrow.
/// No state locks money for ever: `settle` may be called by anyone and knows every ending. Ids start at 1.
/// What is stored of a workload may be overwritten once it is closed and was open in no round of the last HISTORY_ROUNDS, by
/// one with an id that is 2^18 or a multiple of it higher; then it is unknown. The log keeps all.
interface IAIWorkloads {
    struct Submission {
        uint16 gpus;
        uint8 memoryCode; // MiB per GPU
        uint16 classMask; // 0: any class
        uint48 computeGflop; // 0 for a lease
        uint32 dataMB;
        uint32 leaseSec; // 0 for a job
        uint32 maxDurationSec;
        uint16 priority; // 0..10000
        uint16 minTrustBps;
        uint8 maxRetries; // 0..3
        uint64 budgetMicro; // for the work itself; fees and surcharge come on top and are locked beside it
        uint32 openRounds; // how many rounds it waits for a match
        bytes32 specHash; // sha256 of the canonical spec document, which the client hands to the node
    }

    /// @notice A workload as stored.
    struct Workload {
        address client;
        WorkloadSpec spec;
        uint64 budgetMicro;
        uint64 escrowMicro;
        uint32 openUntilRound; // exclusive
        Status status;
        CloseReason reason; // set when it ended, or was last reopened
        uint32 node;
        uint64 priceMicro;
        uint32 matchedRound;
        uint16 entry;
        uint64 startedAt; // timestamps, seconds
        uint64 endedAt;
        uint16 doneBps; // of the work, as the ending declares it
        uint8 matches; // how many times it was matched
    }

    error BadSubmission(string field, uint256 value);
    error UnknownWorkload(uint32 workload);
    error WrongStatus(uint32 workload, Status status);
    error NotClient(uint32 workload, address caller);
    error NotItsNode(uint32 workload, address caller);
    error NotNetwork(address caller);
    error WrongHashCount(uint256 workloads, uint256 resultHashes);
    error MatchVoided(uint32 workload, uint32 round);
    error StartWindowPassed(uint32 workload, uint32 lastRound);
    error TooEarly(uint32 workload, uint256 fromRoundOrTimestamp);
    error ContestWindowPassed(uint32 workload, uint32 lastRound);

    event WorkloadSubmitted(
        uint32 indexed workload,
        address indexed client,
        WorkloadSpec spec,
        uint64 budgetMicro,
        uint64 escrowMicro,
        uint32 openUntilRound,
        bytes32 specHash
    );
    event WorkloadMatched(
        uint32 indexed workload, uint32 indexed node, uint32 indexed round, uint16 entry, uint64 priceMicro
    );
    event WorkloadStarted(uint32 indexed workload, uint32 indexed node, uint64 durationSec, uint64 owedSec);
    /// @notice status is Completed, Failed, TimedOut or Cancelled. `digest` is the sha256 of the outputs, or of what went wrong.
    event WorkloadEnded(
        uint32 indexed workload, Status status, CloseReason reason, uint16 doneBps, bytes32 digest
    );
    event WorkloadReopened(uint32 indexed workload, CloseReason reason, uint32 fromRound);
    event WorkloadContested(
        uint32 indexed workload, ContestGround ground, uint64 bondMicro, uint32 deadlineRound
    );
    event ContestResolved(uint32 indexed workload, bool upheld);
    /// @notice The money went where `split` says. status is Settled or Refunded.
    event WorkloadClosed(uint32 indexed workload, Status status, CloseReason reason, Split split);
    /// @notice The rounds in which the workload is open: up to four [from, to) pairs of uint32, first pair lowest; to = 0 is "until openUntilRound".
    event OpenRoundsWritten(uint32 indexed workload, uint256 openRounds);
    /// @notice Counters that bind from `fromRound` on: workloads in status Open, and the newest id.
    event WorkloadCountersWritten(uint32 fromRound, uint32 openWorkloads, uint32 newestWorkload);

    // Clients --------------------------------------------------------------------------------------------------
    /// @notice Locks the escrow from the sender's available line; open from the next round.
    function submit(Submission calldata submission) external returns (uint32 workload);
    /// @notice All or none; their ids follow each other. The escrow is locked as one sum.
    function submitMany(Submission[] calldata submissions) external returns (uint32 firstWorkload);
    /// @notice Open or Matched: ends and refunds all. Running: pro rata; a completion in the same round wins.
    function cancel(uint32 workload) external;
    /// @notice The client is content: `settle` need not wait for the contest window.
    function accept(uint32 workload) external;
    function contest(uint32 workload, ContestGround ground) external;

    // The node that was matched (its owner's key) ----------------------------------------------------------------
    /// @notice Not where the round of the match was voided (MatchVoided).
    function start(uint32 workload) external;
    /// @notice All or none, for workloads on any nodes of the owner.
    function startMany(uint32[] calldata workloads) external;
    function complete(uint32 workload, bytes32 resultHash) external;
    /// @notice All or none.
    function completeMany(uint32[] calldata workloads, bytes32[] calldata resultHashes) external;
    /// @notice clientFault false: NodeFault, reopens while matches last. True: pro rata, contestable.
    function fail(uint32 workload, bool clientFault, uint16 doneBps, bytes32 digest) external;
    /// @notice The time that was owed is over: a lease's normal end, a job's declared work done.
    function timeOut(uint32 workload, uint16 doneBps, bytes32 resultHash) external;

    // Anyone ---------------------------------------------------------------------------------------------------
    /// @notice Ends what is to be ended (a no-show, a voided match, expiry, an abandoned run), then pays. Reverts TooEarly
    /// if nothing is due. Nothing is paid before the round of the match is final, that is, can no longer be challenged; a run
    /// whose round was voided is paid at its cost, without a fee for the matcher.
    function settle(uint32 workload) external;
    /// @notice Passes over what is not due, closed or unknown: what was settled has a WorkloadClosed or WorkloadReopened.
    function settleMany(uint32[] calldata workloads) external;

    // Network contracts ------------------------------------------------------------------------------------------
    /// @notice AICChain only, while posting `round`; of its entries, which it has checked.
    /// A node that did not show up is dealt with first; a workload that the client cancelled in this very round stays
    /// cancelled, and nothing happens to it.
    function matchAll(uint32 round, Match[] calldata matches) external;
    /// @notice TruthfulReporting only. Upheld: refunds all. Else the ending stands as accepted, and `settle` pays it.
    function resolveContest(uint32 workload, bool upheld) external;

    // Views ------------------------------------------------------------------------------------------------------
    function workload(uint32 id) external view returns (Workload memory);
    function specOf(uint32 id) external view returns (WorkloadSpec);
    function clientOf(uint32 id) external view returns (address);
    function budgetMicroOf(uint32 id) external view returns (uint64);
    function isOpenAt(uint32 id, uint32 round) external view returns (bool);
    /// @notice What a round needs of a workload, in one call: its spec (0 where there is none), budget, and whether it is open.
    function openingOf(uint32 id, uint32 round)
        external
        view
        returns (WorkloadSpec spec, uint64 budgetMicro, bool open);
    /// @notice The same of many workloads, in a form that is cheap to hand over: a budget of 0 where it is not open.
    function openingsOf(uint32[] calldata ids, uint32 round)
        external
        view
        returns (WorkloadSpec[] memory specs, uint64[] memory budgetsMicro);
    function countersAt(uint32 round) external view returns (uint32 openWorkloads, uint32 newestWorkload);
    /// @notice What `submit` locks for a budget and a priority, at the rates that bind now.
    function escrowMicroFor(uint64 budgetMicro, uint16 priority) external view returns (uint64);
}
