// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {FLAG_GREEN, Ineligible, NodeRecord, Weight, WorkloadSpec} from "../types/Types.sol";
import {NodeRecords} from "../types/NodeRecordLib.sol";
import {WorkloadSpecs} from "../types/WorkloadSpecLib.sol";
import {Codes} from "./Codes.sol";

/// @notice How long a workload takes on a node, what it costs there and what the match is worth. See docs/PROTOCOL.md.
library Weights {
    using NodeRecords for NodeRecord;
    using WorkloadSpecs for WorkloadSpec;

    uint256 internal constant SEC_PER_HOUR = 3600;
    uint256 internal constant MAX_PENALTY = type(uint16).max;
    uint256 private constant US_PER_SEC = 1e6;
    uint256 private constant MFLOP_PER_GFLOP = 1000;
    uint256 private constant BITS_PER_BYTE = 8;
    uint256 private constant WATTS_PER_KW = 1000;

    /// @notice Latency, transfer and compute over their common denominator, rounded up once; or the length of the lease.
    function durationSec(WorkloadSpec spec, NodeRecord record) internal pure returns (uint256) {
        uint256 leaseSec = spec.leaseSec();
        if (leaseSec > 0) return leaseSec;

        // Nothing overflows: fields are at most 48 bits wide, a rate 57, a bandwidth 20.
        unchecked {
            uint256 rateMflops = spec.gpus() * (Codes.decode(record.computeCode()) << record.computeShift());
            uint256 bandwidthMbps = Codes.decode(record.bandwidthCode());
            uint256 latency = Codes.decode(record.latencyCode()) * bandwidthMbps * rateMflops;
            uint256 transfer = spec.dataMB() * BITS_PER_BYTE * US_PER_SEC * rateMflops;
            uint256 compute = spec.computeGflop() * MFLOP_PER_GFLOP * US_PER_SEC * bandwidthMbps;
            return Math.ceilDiv(latency + transfer + compute, US_PER_SEC * bandwidthMbps * rateMflops);
        }
    }

    /// @notice What the node asks for `seconds_` of the workload's GPUs, rounded up.
    function costMicro(WorkloadSpec spec, NodeRecord record, uint256 seconds_)
        internal
        pure
        returns (uint256)
    {
        // An ask has 40 bits, GPUs 12, and no duration exceeds 2^128.
        unchecked {
            return Math.ceilDiv(uint256(record.askMicroPerGpuHour()) * spec.gpus() * seconds_, SEC_PER_HOUR);
        }
    }

    /// @notice The weight of a pair that may not be matched: why, and how long it would take if that can be said.
    function ofIneligible(WorkloadSpec spec, NodeRecord record, Ineligible reason)
        internal
        pure
        returns (Weight memory weight)
    {
        weight.ineligible = reason;
        if (reason > Ineligible.Inactive) weight.durationSec = uint64(durationSec(spec, record));
    }

    /// @notice The weight of an eligible pair, which takes `duration` seconds: the budget, less cost, quality and green.
    function weigh(
        WorkloadSpec spec,
        NodeRecord record,
        uint256 budgetMicro,
        uint256 duration,
        uint256 penalty,
        uint256 maxPenaltyMicroPerGpuHour,
        uint256 greenMicroPerKWh
    ) internal pure returns (Weight memory weight) {
        uint256 gpuSec = spec.gpus() * duration;
        weight.durationSec = uint64(duration);
        weight.costMicro = costMicro(spec, record, duration);
        weight.penalty = uint16(penalty);
        weight.qualityMicro =
            Math.ceilDiv(penalty * maxPenaltyMicroPerGpuHour * gpuSec, MAX_PENALTY * SEC_PER_HOUR);
        if (record.flags() & FLAG_GREEN == 0) {
            uint256 wattSec = Codes.decode(record.wattsCode()) * gpuSec;
            weight.greenMicro = Math.ceilDiv(wattSec * greenMicroPerKWh, SEC_PER_HOUR * WATTS_PER_KW);
        }
        weight.weightMicro =
            int256(budgetMicro) - int256(weight.costMicro + weight.qualityMicro + weight.greenMicro);
    }
}
