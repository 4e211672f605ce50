// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {WorkloadSpec} from "./Types.sol";

/// @notice The fields of a WorkloadSpec, at the bits that Types.sol gives them.
library WorkloadSpecs {
    struct Fields {
        uint16 gpus;
        uint8 memoryCode;
        uint16 classMask;
        uint48 computeGflop;
        uint32 dataMB;
        uint32 leaseSec;
        uint32 maxDurationSec;
        uint16 priority;
        uint16 minTrustBps;
        uint8 maxRetries;
        uint32 submittedRound;
    }

    error FieldTooWide(uint256 value, uint256 bits);

    function pack(Fields memory f) internal pure returns (WorkloadSpec) {
        uint256 word = _field(f.gpus, 0, 12) | _field(f.memoryCode, 12, 8) | _field(f.classMask, 20, 16);
        word |= _field(f.computeGflop, 36, 48) | _field(f.dataMB, 84, 32);
        word |= _field(f.leaseSec, 116, 32) | _field(f.maxDurationSec, 148, 32);
        word |= _field(f.priority, 180, 14) | _field(f.minTrustBps, 194, 14) | _field(f.maxRetries, 208, 2);
        word |= _field(f.submittedRound, 210, 32);
        return WorkloadSpec.wrap(word);
    }

    function unpack(WorkloadSpec spec) internal pure returns (Fields memory f) {
        f.gpus = gpus(spec);
        f.memoryCode = memoryCode(spec);
        f.classMask = classMask(spec);
        f.computeGflop = computeGflop(spec);
        f.dataMB = dataMB(spec);
        f.leaseSec = leaseSec(spec);
        f.maxDurationSec = maxDurationSec(spec);
        f.priority = priority(spec);
        f.minTrustBps = minTrustBps(spec);
        f.maxRetries = maxRetries(spec);
        f.submittedRound = submittedRound(spec);
    }

    /// @notice A spec of 0 is no workload: a submitted one needs at least one GPU.
    function exists(WorkloadSpec spec) internal pure returns (bool) {
        return WorkloadSpec.unwrap(spec) != 0;
    }

    function gpus(WorkloadSpec spec) internal pure returns (uint16) {
        return uint16(WorkloadSpec.unwrap(spec) & 0xfff);
    }

    function memoryCode(WorkloadSpec spec) internal pure returns (uint8) {
        return uint8(WorkloadSpec.unwrap(spec) >> 12);
    }

    function classMask(WorkloadSpec spec) internal pure returns (uint16) {
        return uint16(WorkloadSpec.unwrap(spec) >> 20);
    }

    function computeGflop(WorkloadSpec spec) internal pure returns (uint48) {
        return uint48(WorkloadSpec.unwrap(spec) >> 36);
    }

    function dataMB(WorkloadSpec spec) internal pure returns (uint32) {
        return uint32(WorkloadSpec.unwrap(spec) >> 84);
    }

    function leaseSec(WorkloadSpec spec) internal pure returns (uint32) {
        return uint32(WorkloadSpec.unwrap(spec) >> 116);
    }

    function maxDurationSec(WorkloadSpec spec) internal pure returns (uint32) {
        return uint32(WorkloadSpec.unwrap(spec) >> 148);
    }

    function priority(WorkloadSpec spec) internal pure returns (uint16) {
        return uint16((WorkloadSpec.unwrap(spec) >> 180) & 0x3fff);
    }

    function minTrustBps(WorkloadSpec spec) internal pure returns (uint16) {
        return uint16((WorkloadSpec.unwrap(spec) >> 194) & 0x3fff);
    }

    function maxRetries(WorkloadSpec spec) internal pure returns (uint8) {
        return uint8((WorkloadSpec.unwrap(spec) >> 208) & 3);
    }

    function submittedRound(WorkloadSpec spec) internal pure returns (uint32) {
        return uint32(WorkloadSpec.unwrap(spec) >> 210);
    }

    function _field(uint256 value, uint256 shift, uint256 bits) private pure returns (uint256) {
        require(value >> bits == 0, FieldTooWide(value, bits));
        return value << shift;
    }
}
