// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {NodeRecords} from "../../src/types/NodeRecordLib.sol";
import {WorkloadSpecs} from "../../src/types/WorkloadSpecLib.sol";
import {NodeRecord, WorkloadSpec} from "../../src/types/Types.sol";
import {vm, bound} from "../base/Vm.sol";

contract RecordsTest {
    uint256 private constant NODE_BITS = 216;
    uint256 private constant SPEC_BITS = 242;

    function pack(NodeRecords.Fields calldata fields) external pure returns (NodeRecord) {
        return NodeRecords.pack(fields);
    }

    function packSpec(WorkloadSpecs.Fields calldata fields) external pure returns (WorkloadSpec) {
        return WorkloadSpecs.pack(fields);
    }

    // Refusals

    function testFuzz_refusesAFieldThatDoesNotFit(uint16 gpus) external {
        gpus = uint16(bound(gpus, 4_096, type(uint16).max));
        NodeRecords.Fields memory node;
        node.gpus = gpus;
        vm.expectRevert(abi.encodeWithSelector(NodeRecords.FieldTooWide.selector, gpus, 12));
        this.pack(node);
        WorkloadSpecs.Fields memory spec;
        spec.gpus = gpus;
        vm.expectRevert(abi.encodeWithSelector(WorkloadSpecs.FieldTooWide.selector, gpus, 12));
        this.packSpec(spec);
    }

    // Every word is its fields and every field is in its word

    function testFuzz_aNodeRecordIsItsFields(uint256 word) external pure {
        word = bound(word, 0, 2 ** NODE_BITS - 1);
        NodeRecord record = NodeRecord.wrap(uint224(word));
        vm.assertEq(NodeRecord.unwrap(NodeRecords.pack(record.unpack())), word);
        vm.assertEq(record.exists(), word != 0);
    }

    function testFuzz_aWorkloadSpecIsItsFields(uint256 word) external pure {
        word = bound(word, 0, 2 ** SPEC_BITS - 1);
        WorkloadSpec spec = WorkloadSpec.wrap(word);
        vm.assertEq(WorkloadSpec.unwrap(WorkloadSpecs.pack(spec.unpack())), word);
        vm.assertEq(spec.exists(), word != 0);
    }

    /// The layout that other implementations share, low bits first.
    function test_layoutOfANodeRecord() external pure {
        NodeRecord record =
            NodeRecords.pack(NodeRecords.Fields(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
        uint256 expected = 1 | (2 << 12) | (3 << 24) | (4 << 32) | (5 << 40) | (6 << 45) | (7 << 53);
        expected |= (uint256(8) << 61) | (uint256(9) << 69) | (uint256(10) << 77) | (uint256(11) << 91);
        expected |= (uint256(12) << 96) | (uint256(13) << 128) | (uint256(14) << 168) | (uint256(15) << 200);
        vm.assertEq(NodeRecord.unwrap(record), expected);
    }

    function test_layoutOfAWorkloadSpec() external pure {
        WorkloadSpec spec = WorkloadSpecs.pack(WorkloadSpecs.Fields(1, 2, 3, 4, 5, 6, 7, 8, 9, 3, 11));
        uint256 expected = 1 | (2 << 12) | (3 << 20) | (4 << 36) | (5 << 84) | (6 << 116);
        expected |= (uint256(7) << 148) | (uint256(8) << 180) | (uint256(9) << 194);
        expected |= (uint256(3) << 208) | (uint256(11) << 210);
        vm.assertEq(WorkloadSpec.unwrap(spec), expected);
    }

    // A with changes its field and no other

    function testFuzz_withChangesOneField(uint256 word, uint16 free, uint32 round, uint16 entry, uint64 ask)
        external
        pure
    {
        NodeRecord record = NodeRecord.wrap(uint224(bound(word, 0, 2 ** NODE_BITS - 1)));
        NodeRecords.Fields memory fields = record.unpack();
        fields.freeGpus = free % 4_096;
        fields.matchedRound = round;
        fields.matchedEntry = entry;
        fields.askMicroPerGpuHour = ask % 2 ** 40;
        fields.freshUntilRound = round;
        fields.trustBps = free % 16_384;
        fields.flags = uint8(free % 32);
        NodeRecord changed = record.withFreeGpus(fields.freeGpus).occupied(0, round, entry);
        changed = changed.withAsk(fields.askMicroPerGpuHour).withFreshUntilRound(round)
            .withTrustBps(fields.trustBps).withFlags(fields.flags);
        vm.assertEq(NodeRecord.unwrap(changed), NodeRecord.unwrap(NodeRecords.pack(fields)));
    }

    function testFuzz_occupiedTakesGpusAndNotesTheEntry(uint256 word, uint16 gpus, uint32 round, uint16 entry)
        external
        pure
    {
        NodeRecord record = NodeRecord.wrap(uint224(bound(word, 0, 2 ** NODE_BITS - 1)));
        NodeRecords.Fields memory fields = record.unpack();
        gpus = uint16(bound(gpus, 0, fields.freeGpus));
        fields.freeGpus -= gpus;
        fields.matchedRound = round;
        fields.matchedEntry = entry;
        NodeRecord occupied = record.occupied(gpus, round, entry);
        vm.assertEq(NodeRecord.unwrap(occupied), NodeRecord.unwrap(NodeRecords.pack(fields)));
    }

    function testFuzz_withFlag(uint256 word, uint8 mask) external pure {
        NodeRecord record = NodeRecord.wrap(uint224(bound(word, 0, 2 ** NODE_BITS - 1)));
        mask %= 32;
        vm.assertEq(record.withFlag(mask, true).flags(), record.flags() | mask);
        vm.assertEq(record.withFlag(mask, false).flags(), record.flags() & ~mask);
    }
}
