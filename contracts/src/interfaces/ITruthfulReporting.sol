// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @notice Auditors measure nodes, commit, reveal; the median is compared with the claim; trust follows.
/// Epoch e is rounds [e x epochRounds, (e+1) x epochRounds): commitments in its first two thirds, reveals in the rest,
/// closing from the next epoch on. Trust: honest majority among the staked auditors (panels come later).
interface ITruthfulReporting {
    struct Measurement {
        uint32 node;
        bool answered;
        uint32 latencyUs;
        uint32 bandwidthMbps;
        uint64 computeMflops; // per GPU
    }

    error NotAuditor(address caller);
    error AlreadyAuditor(address caller);
    error StakeLocked(address auditor, uint32 untilRound);
    error WrongPhase(uint32 epoch, uint32 round);
    error AlreadyCommitted(address auditor, uint32 epoch);
    error RevealMismatch(address auditor, uint32 epoch);
    error NodesNotAscending(uint256 index);
    error AlreadyClosed(uint32 node, uint32 epoch); // it, or a later one
    error NotOwner(uint32 node, address caller);
    error BadReportSignature(uint32 node, uint32 epoch);
    error NotNetwork(address caller);
    error EpochTooShort(uint32 epochRounds); // two thirds and the rest need a round each
    /// @notice None is open for the workload, or its deadline has passed.
    error NoContest(uint32 workload);
    error AlreadyVoted(uint32 workload, address auditor);

    event AuditorRegistered(address indexed auditor, uint64 stakeMicro);
    event AuditorExitRequested(address indexed auditor, uint32 stakeFreeFromRound);
    event AuditorLeft(address indexed auditor);
    /// @notice The EIP-712 digest of the report that the node signed for the epoch.
    event ReportCommitted(uint32 indexed node, uint32 indexed epoch, bytes32 digest);
    event MeasurementsCommitted(address indexed auditor, uint32 indexed epoch, bytes32 commitment);
    event MeasurementsRevealed(address indexed auditor, uint32 indexed epoch, Measurement[] measurements);
    /// @notice What came of a node's audit. discrepancyBps is the worst of the metrics, beyond tolerance.
    event AuditClosed(
        uint32 indexed node,
        uint32 indexed epoch,
        uint8 reveals,
        uint256 discrepancyBps,
        uint16 trustBefore,
        uint16 trustAfter
    );
    event ContestVoted(uint32 indexed workload, address indexed auditor, bool uphold);

    // Auditors
    /// @notice Locks auditorStakeMicro from the sender's available line.
    function registerAuditor() external;
    /// @notice The sender serves no longer. Its stake is free after unbondingRounds, and not before every reveal and
    /// every contest that it may still be part of is over.
    function requestExit() external;
    function withdrawStake() external;
    /// @notice commitment = keccak256(abi.encode(block.chainid, address(this), auditor, epoch, measurements, salt)).
    function commitMeasurements(uint32 epoch, bytes32 commitment) external;
    function revealMeasurements(uint32 epoch, Measurement[] calldata measurements, bytes32 salt) external;
    /// @notice One vote for each auditor that served when the contest opened; more than half of them decide.
    function voteContest(uint32 workload, bool uphold) external;

    // Nodes: once an epoch, in its commitment phase, by the owner. EIP-712 domain ("AICChain", "1"),
    // Report(uint32 node,uint32 epoch,uint16 gpus,uint32 latencyUs,uint32 bandwidthMbps,uint64 computeMflops,uint32 watts)
    function commitReport(
        uint32 node,
        uint32 epoch,
        uint16 gpus,
        uint32 latencyUs,
        uint32 bandwidthMbps,
        uint64 computeMflops,
        uint32 watts,
        bytes calldata signature
    ) external;

    // Anyone
    /// @notice Closes the audits of `nodes` for an epoch that is over, against what they claimed when it began. Fewer reveals
    /// than the quorum change nothing; with a quorum no epoch up to this one is closed again.
    function closeAudits(uint32 epoch, uint32[] calldata nodes) external;

    // AIWorkloads only
    function openContest(uint32 workload, uint32 deadlineRound) external;

    // Views
    function isAuditor(address account) external view returns (bool);
    function auditorCount() external view returns (uint32);
    function currentEpoch() external view returns (uint32);
    function reportDigest(uint32 node, uint32 epoch) external view returns (bytes32);
    function trustOf(uint32 node) external view returns (uint16);
}
