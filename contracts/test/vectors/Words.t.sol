// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {NodeRecords} from "../../src/types/NodeRecordLib.sol";
import {
    FLAG_ACTIVE,
    FLAG_EXCLUDED,
    FLAG_FLAGGED,
    FLAG_GREEN,
    NodeRecord,
    WorkloadSpec
} from "../../src/types/Types.sol";
import {WorkloadSpecs} from "../../src/types/WorkloadSpecLib.sol";
import {VectorTest} from "./VectorTest.sol";

/// @notice Each field lies at the same bits in both languages: packing the fields gives the word, and back.
contract WordsVectors is VectorTest {
    function test_09_node_record() public view {
        string memory json = _read("words");
        uint256[] memory words = _uints(json, ".record.word");
        NodeRecords.Fields[] memory f = new NodeRecords.Fields[](words.length);
        uint256[] memory c;
        c = _uints(json, ".record.gpus");
        for (uint256 i = 0; i < c.length; ++i) {
            f[i].gpus = uint16(c[i]);
        }
        c = _uints(json, ".record.freeGpus");
        for (uint256 i = 0; i < c.length; ++i) {
            f[i].freeGpus = uint16(c[i]);
        }
        c = _uints(json, ".record.memoryCode");
        for (uint256 i = 0; i < c.length; ++i) {
            f[i].memoryCode = uint8(c[i]);
        }
        c = _uints(json, ".record.computeCode");
        for (uint256 i = 0; i < c.length; ++i) {
            f[i].computeCode = uint8(c[i]);
        }
        c = _uints(json, ".record.computeShift");
        for (uint256 i = 0; i < c.length; ++i) {
            f[i].computeShift = uint8(c[i]);
        }
        c = _uints(json, ".record.bandwidthCode");
        for (uint256 i = 0; i < c.length; ++i) {
            f[i].bandwidthCode = uint8(c[i]);
        }
        c = _uints(json, ".record.latencyCode");
        for (uint256 i = 0; i < c.length; ++i) {
            f[i].latencyCode = uint8(c[i]);
        }
        c = _uints(json, ".record.wattsCode");
        for (uint256 i = 0; i < c.length; ++i) {
            f[i].wattsCode = uint8(c[i]);
        }
        c = _uints(json, ".record.classId");
        for (uint256 i = 0; i < c.length; ++i) {
            f[i].classId = uint8(c[i]);
        }
        c = _uints(json, ".record.trustBps");
        for (uint256 i = 0; i < c.length; ++i) {
            f[i].trustBps = uint16(c[i]);
        }
        c = _uints(json, ".record.freshUntilRound");
        for (uint256 i = 0; i < c.length; ++i) {
            f[i].freshUntilRound = uint32(c[i]);
        }
        c = _uints(json, ".record.askMicroPerGpuHour");
        for (uint256 i = 0; i < c.length; ++i) {
            f[i].askMicroPerGpuHour = uint64(c[i]);
        }
        c = _uints(json, ".record.matchedRound");
        for (uint256 i = 0; i < c.length; ++i) {
            f[i].matchedRound = uint32(c[i]);
        }
        c = _uints(json, ".record.matchedEntry");
        for (uint256 i = 0; i < c.length; ++i) {
            f[i].matchedEntry = uint16(c[i]);
        }
        _raise(json, ".record.active", FLAG_ACTIVE, f);
        _raise(json, ".record.flagged", FLAG_FLAGGED, f);
        _raise(json, ".record.excluded", FLAG_EXCLUDED, f);
        _raise(json, ".record.green", FLAG_GREEN, f);
        for (uint256 i = 0; i < words.length; ++i) {
            _same("packed", i, NodeRecord.unwrap(NodeRecords.pack(f[i])), words[i]);
            NodeRecords.Fields memory unpacked = NodeRecords.unpack(NodeRecord.wrap(uint224(words[i])));
            require(keccak256(abi.encode(unpacked)) == keccak256(abi.encode(f[i])), "unpacked");
        }
    }

    function test_09_workload_spec() public view {
        string memory json = _read("words");
        uint256[] memory words = _uints(json, ".spec.word");
        WorkloadSpecs.Fields[] memory f = new WorkloadSpecs.Fields[](words.length);
        uint256[] memory c;
        c = _uints(json, ".spec.gpus");
        for (uint256 i = 0; i < c.length; ++i) {
            f[i].gpus = uint16(c[i]);
        }
        c = _uints(json, ".spec.memoryCode");
        for (uint256 i = 0; i < c.length; ++i) {
            f[i].memoryCode = uint8(c[i]);
        }
        c = _uints(json, ".spec.classMask");
        for (uint256 i = 0; i < c.length; ++i) {
            f[i].classMask = uint16(c[i]);
        }
        c = _uints(json, ".spec.computeGflop");
        for (uint256 i = 0; i < c.length; ++i) {
            f[i].computeGflop = uint48(c[i]);
        }
        c = _uints(json, ".spec.dataMB");
        for (uint256 i = 0; i < c.length; ++i) {
            f[i].dataMB = uint32(c[i]);
        }
        c = _uints(json, ".spec.leaseSec");
        for (uint256 i = 0; i < c.length; ++i) {
            f[i].leaseSec = uint32(c[i]);
        }
        c = _uints(json, ".spec.maxDurationSec");
        for (uint256 i = 0; i < c.length; ++i) {
            f[i].maxDurationSec = uint32(c[i]);
        }
        c = _uints(json, ".spec.priority");
        for (uint256 i = 0; i < c.length; ++i) {
            f[i].priority = uint16(c[i]);
        }
        c = _uints(json, ".spec.minTrustBps");
        for (uint256 i = 0; i < c.length; ++i) {
            f[i].minTrustBps = uint16(c[i]);
        }
        c = _uints(json, ".spec.maxRetries");
        for (uint256 i = 0; i < c.length; ++i) {
            f[i].maxRetries = uint8(c[i]);
        }
        c = _uints(json, ".spec.submittedRound");
        for (uint256 i = 0; i < c.length; ++i) {
            f[i].submittedRound = uint32(c[i]);
        }
        for (uint256 i = 0; i < words.length; ++i) {
            _same("packed", i, WorkloadSpec.unwrap(WorkloadSpecs.pack(f[i])), words[i]);
            WorkloadSpecs.Fields memory unpacked = WorkloadSpecs.unpack(WorkloadSpec.wrap(words[i]));
            require(keccak256(abi.encode(unpacked)) == keccak256(abi.encode(f[i])), "unpacked");
        }
    }

    function _raise(string memory json, string memory column, uint8 flag, NodeRecords.Fields[] memory f)
        private
        pure
    {
        bool[] memory raised = _bools(json, column);
        for (uint256 i = 0; i < raised.length; ++i) {
            if (raised[i]) f[i].flags |= flag;
        }
    }
}
