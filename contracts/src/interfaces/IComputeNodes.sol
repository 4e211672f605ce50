// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {NodeRecord, Claims, GpuClass, Match, Measured} from "../types/Types.sol";

/// @notice Registration, claims, ask, stake, heartbeat; the packed NodeRecord of every node, by round.
/// Every write made in round r binds from round r+1. Node ids start at 1.
interface IComputeNodes {
    error NotOwner(uint32 node, address caller);
    error NotNetwork(address caller);
    error UnknownNode(uint32 node);
    error UnknownClass(uint8 classId);
    error BadClaims(string field, uint256 value);
    error AskTooLarge(uint256 askMicroPerGpuHour);
    error NotEnoughFreeGpus(uint32 node, uint16 free, uint16 need);
    error StillBusy(uint32 node, uint16 usedGpus);
    error StakeLocked(uint32 node, uint32 untilRound);
    error AlreadyExiting(uint32 node);
    error Excluded(uint32 node);
    error NotExcluded(uint32 node);
    error AlreadyRestaked(uint32 node);
    error NotOccupied(uint32 node, uint16 usedGpus, uint16 releasedGpus);
    error TooManyClasses(uint256 maxClasses); // a workload's classMask has no bit for one more
    error BadGreenCertificate(uint32 node);
    error GreenCertificateUsed(bytes32 nullifier);

    event GpuClassAdded(uint8 indexed classId, GpuClass gpuClass);
    event GreenIssuerSet(address issuer);
    event NodeRegistered(
        uint32 indexed node, address indexed owner, Claims claims, uint64 stakeMicro, string endpoint
    );
    event EndpointChanged(uint32 indexed node, string endpoint);
    event ClaimsChanged(uint32 indexed node, Claims claims);
    event AuditApplied(
        uint32 indexed node, Measured measured, uint16 trustBps, uint8 unanswered, uint8 cleanAudits
    );
    event GreenCertified(uint32 indexed node, uint32 untilRound);
    event ExitRequested(uint32 indexed node, uint32 stakeFreeFromRound);
    event StakeChanged(uint32 indexed node, uint64 stakeMicro);
    /// @notice The record that binds from `fromRound` on. The last one for a round is the one that counts.
    event NodeRecordWritten(uint32 indexed node, uint32 fromRound, NodeRecord record);
    /// @notice The network's counters that bind from `fromRound` on (registered, not exited nodes).
    event NetworkGpusWritten(uint32 fromRound, uint64 gpus, uint64 freeGpus);

    // Node operators -------------------------------------------------------------------------------------------
    /// @notice Locks minNodeStakeMicroPerGpu x gpus from the sender's available line. The node counts at the
    /// floors of its class until it is audited, and is active from the next round.
    function register(Claims calldata claims, uint64 askMicroPerGpuHour, string calldata endpoint)
        external
        returns (uint32 node);
    function setAsk(uint32 node, uint64 askMicroPerGpuHour) external;
    function setEndpoint(uint32 node, string calldata endpoint) external;
    /// @notice Changes what is claimed (gpus and class stay). The match goes on using min(claim, audited), from the next
    /// round; an audit holds the node to it from the next epoch, so that no claim is taken back after it was measured.
    function setClaims(uint32 node, Claims calldata claims) external;
    /// @notice The node is fresh for `freshnessRounds` more rounds, never longer than its green certificate if it has one.
    function heartbeat(uint32 node) external;
    function pause(uint32 node) external;
    /// @notice Active from the next round. What is missing of the stake, after penalties or a vote, is locked with it.
    /// Not while the node is excluded: that takes more.
    function resume(uint32 node) external;
    /// @notice EIP-712 GreenCertificate(uint32 node,uint32 untilRound,bytes32 nullifier), signed by the green issuer.
    function presentGreenCertificate(
        uint32 node,
        uint32 untilRound,
        bytes32 nullifier,
        bytes calldata signature
    ) external;
    /// @notice An excluded node stakes anew; it is reinstated after cleanAuditsToReinstate clean audits.
    function restake(uint32 node) external;
    /// @notice Inactive from the next round; the stake is free after unbondingRounds, once nothing runs.
    function requestExit(uint32 node) external;
    function withdrawStake(uint32 node) external;

    // Governance (timelock) ------------------------------------------------------------------------------------
    function addGpuClass(GpuClass calldata gpuClass) external returns (uint8 classId);
    function setGreenIssuer(address issuer) external;

    // Network contracts ----------------------------------------------------------------------------------------
    /// @notice AIWorkloads only. Takes GPUs from the next round on and notes the entries of `round` that matched the nodes.
    function occupy(uint32 round, Match[] calldata matches) external;
    /// @notice AIWorkloads only. Gives the GPUs of matches back from the next round on.
    function release(Match[] calldata matches) external;
    /// @notice AIWorkloads only. Takes up to amountMicro of the node's stake to `to`'s available line. A node whose stake
    /// would not cover as much again is paused.
    function penalise(uint32 node, uint64 amountMicro, address to) external returns (uint64 takenMicro);
    /// @notice TruthfulReporting only. Updates trust, flags and effective codes from one epoch's median.
    function applyAudit(uint32 node, Measured calldata measured, uint256 discrepancyBps) external;

    // Views ----------------------------------------------------------------------------------------------------
    function ownerOf(uint32 node) external view returns (address);
    function nodeCount() external view returns (uint32);
    function claimsOf(uint32 node) external view returns (Claims memory);
    /// @notice What an audit of the epoch holds the node to: its claims when the epoch began, or those it registered with
    /// in that epoch.
    function claimsAt(uint32 node, uint32 epoch) external view returns (Claims memory);
    function stakeMicroOf(uint32 node) external view returns (uint64);
    function gpuClass(uint8 classId) external view returns (GpuClass memory);
    /// @notice Zero where the node did not exist yet.
    function recordAt(uint32 node, uint32 round) external view returns (NodeRecord);
    function recordsAt(uint32[] calldata nodes, uint32 round) external view returns (NodeRecord[] memory);
    function networkGpusAt(uint32 round) external view returns (uint64 gpus, uint64 freeGpus);
}
