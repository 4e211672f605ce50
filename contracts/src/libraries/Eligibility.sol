// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {
    FLAG_ACTIVE,
    FLAG_EXCLUDED,
    FLAG_FLAGGED,
    Ineligible,
    NodeRecord,
    WorkloadSpec
} from "../types/Types.sol";
import {NodeRecords} from "../types/NodeRecordLib.sol";
import {WorkloadSpecs} from "../types/WorkloadSpecLib.sol";
import {Weights} from "./Weights.sol";

/// @notice The hard rules: may this node take this workload in this round, and if not, why.
library Eligibility {
    using NodeRecords for NodeRecord;
    using WorkloadSpecs for WorkloadSpec;

    /// @notice The first rule that is broken, in the order of `Ineligible`.
    function reasonAgainst(
        WorkloadSpec spec,
        NodeRecord record,
        uint32 round,
        bool open,
        uint256 flagBelowTrustBps
    ) internal pure returns (Ineligible reason) {
        (reason,) = examine(spec, record, round, open, flagBelowTrustBps);
    }

    /// @notice `reasonAgainst`, with the duration that it may have looked at (0 where it had no use for it).
    function examine(WorkloadSpec spec, NodeRecord record, uint32 round, bool open, uint256 flagBelowTrustBps)
        internal
        pure
        returns (Ineligible reason, uint256 durationSec)
    {
        reason = _againstNode(record, round);
        if (reason == Ineligible.None) reason = _againstPair(spec, record, flagBelowTrustBps);
        if (reason != Ineligible.None) return (reason, 0);
        if (!open) return (Ineligible.WorkloadNotOpen, 0);
        durationSec = Weights.durationSec(spec, record);
        if (durationSec > spec.maxDurationSec()) reason = Ineligible.TooSlow;
    }

    /// @dev What is against the node, whatever the workload.
    function _againstNode(NodeRecord record, uint32 round) private pure returns (Ineligible) {
        uint8 flags = record.flags();
        if (!record.exists()) return Ineligible.NotRegistered;
        if (flags & FLAG_ACTIVE == 0) return Ineligible.Inactive;
        if (flags & FLAG_EXCLUDED != 0) return Ineligible.Excluded;
        if (flags & FLAG_FLAGGED != 0) return Ineligible.Flagged;
        if (round > record.freshUntilRound()) return Ineligible.Stale;
        return Ineligible.None;
    }

    /// @dev What is against the node for this workload, but for time.
    function _againstPair(WorkloadSpec spec, NodeRecord record, uint256 flagBelowTrustBps)
        private
        pure
        returns (Ineligible)
    {
        uint256 trustBps = record.trustBps();
        uint256 classMask = spec.classMask();
        uint256 need = spec.gpus();
        if (trustBps < spec.minTrustBps() || trustBps < flagBelowTrustBps) return Ineligible.TrustTooLow;
        if (classMask != 0 && (classMask >> record.classId()) & 1 == 0) return Ineligible.ClassNotAllowed;
        if (record.gpus() < need) return Ineligible.TooFewGpus;
        if (record.freeGpus() < need) return Ineligible.NoFreeGpus;
        if (record.memoryCode() < spec.memoryCode()) return Ineligible.TooLittleMemory;
        return Ineligible.None;
    }
}
