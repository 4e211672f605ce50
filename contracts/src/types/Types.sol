// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {NodeRecords} from "./NodeRecordLib.sol";
import {WorkloadSpecs} from "./WorkloadSpecLib.sol";

/// @notice What a node is, as the match sees it, in one word (low bits first):
///   gpus 12 | freeGpus 12 | memoryCode 8 | computeCode 8 | computeShift 5 | bandwidthCode 8 | latencyCode 8
///   | wattsCode 8 | classId 8 | trustBps 14 | flags 5 | freshUntilRound 32 | askMicroPerGpuHour 40
///   | matchedRound 32 | matchedEntry 16.   216 bits of 224.
/// Codes are buckets (`Codes.sol`). compute = decode(computeCode) << computeShift MFLOPS per GPU,
/// memory MiB per GPU, bandwidth Mbps, latency microseconds, watts per GPU.
type NodeRecord is uint224;

using NodeRecords for NodeRecord global;

/// @notice What a workload asks for, in one word (low bits first):
///   gpus 12 | memoryCode 8 | classMask 16 | computeGflop 48 | dataMB 32 | leaseSec 32 | maxDurationSec 32
///   | priority 14 | minTrustBps 14 | maxRetries 2 | submittedRound 32.   242 bits.
/// classMask 0 allows every class. leaseSec 0 is a job, else a lease of that length.
type WorkloadSpec is uint256;

using WorkloadSpecs for WorkloadSpec global;

/// @notice An entry of a round as the contracts hand it on, checked (low bits first):
///   workload 32 | node 32 | entry 16 (its index in the round) | gpus 16 | priceMicro 64.
type Match is uint256;

/// @notice Where a micro-AICC is: kind in the top byte, owner (address, node or workload id) in the low 160 bits.
type LedgerLine is bytes32;

/// @dev Flags of a NodeRecord.
uint8 constant FLAG_ACTIVE = 1;
uint8 constant FLAG_FLAGGED = 2;
uint8 constant FLAG_EXCLUDED = 4;
uint8 constant FLAG_GREEN = 8;

/// @dev Money fits 2^53 - 1 micro-AICC, so that TypeScript holds it in a number. Products do not.
uint256 constant MAX_MICRO = 2 ** 53 - 1;
/// @dev 1 micro-AICC in wei of AICC.
uint256 constant WEI_PER_MICRO = 1e12;

/// @notice Why a node cannot take a workload. The first that applies, in this order.
enum Ineligible {
    None,
    NotRegistered,
    Inactive,
    Excluded,
    Flagged,
    Stale,
    TrustTooLow,
    ClassNotAllowed,
    TooFewGpus,
    NoFreeGpus,
    TooLittleMemory,
    WorkloadNotOpen,
    TooSlow
}

/// @notice The life of a workload. NoShow and Expired are not states but functions of the round.
enum Status {
    None,
    Open,
    Matched,
    Running,
    Completed,
    Failed,
    TimedOut,
    Cancelled,
    Contested,
    Settled,
    Refunded
}

/// @notice Why a workload ended, or reopened. Every ending has one.
enum CloseReason {
    None,
    Completed,
    NodeFault,
    ClientFault,
    TimedOut,
    CancelledByClient,
    NoShow,
    RoundVoided,
    Expired,
    ContestUpheld
}

/// @notice On what ground a client (or, for ClientFault, nobody else) contests an ending.
enum ContestGround {
    WrongResult,
    ResultNotReleased,
    NotMyFault,
    LessWorkThanDeclared
}

/// @notice What a challenge of a round says is broken (docs/PROTOCOL.md, "Dispute").
enum ChallengeKind {
    E1,
    E2,
    E4
}

/// @notice One line of a round: workload w runs on node c. W(w,c) = uMicro + vMicro, priceMicro = cost + vMicro.
/// `next` is the node that sets the price (0 where uMicro is 0); it is unmatched or of a strictly lower rank.
struct Entry {
    uint32 workload;
    uint32 node;
    uint64 uMicro;
    uint64 vMicro;
    uint64 priceMicro;
    uint32 next;
    uint16 rank;
}

/// @notice Everything that the weight of a pair consists of.
struct Weight {
    Ineligible ineligible;
    uint64 durationSec;
    uint256 costMicro;
    uint16 penalty;
    uint256 qualityMicro;
    uint256 greenMicro;
    int256 weightMicro;
}

/// @notice The share of each party of a settled workload. The seven add up to the escrow.
struct Split {
    uint64 nodeMicro;
    uint64 communityFundMicro;
    uint64 auditorsMicro;
    uint64 matcherMicro;
    uint64 treasuryMicro;
    uint64 refundMicro;
}

/// @notice Fees on top of the price, as they stood when the workload was submitted.
struct FeeRates {
    uint16 communityFundBps;
    uint16 auditorsBps;
    uint16 matcherBps;
    uint16 treasuryBps;
    uint16 surchargeBps; // of the price, at priority 10000
    uint64 matcherFloorMicro;
}

/// @notice What an operator says of a node. `computeShift` comes from the class.
struct Claims {
    uint16 gpus;
    uint8 classId;
    uint8 memoryCode;
    uint8 computeCode;
    uint8 bandwidthCode;
    uint8 latencyCode;
    uint8 wattsCode;
}

/// @notice A class of hardware, never changed once added: floors bound what an unaudited node counts for.
struct GpuClass {
    bytes32 name;
    uint8 computeShift;
    uint8 floorComputeCode; // an unaudited node counts for no more compute
    uint8 floorBandwidthCode; // ... no more bandwidth
    uint8 ceilingLatencyCode; // ... no less latency
    uint8 minWattsCode; // no node of the class counts for fewer watts, whatever it claims
}

/// @notice The median of what auditors saw of a node in an epoch.
struct Measured {
    bool answered;
    uint32 latencyUs;
    uint32 bandwidthMbps;
    uint64 computeMflops; // per GPU
}
