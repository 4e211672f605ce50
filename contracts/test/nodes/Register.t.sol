// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IComputeNodes} from "../../src/interfaces/IComputeNodes.sol";
import {IDualTokenSystem} from "../../src/interfaces/IDualTokenSystem.sol";
import {Parameter} from "../../src/generated/ParameterTable.sol";
import {LedgerLines} from "../../src/types/LedgerLines.sol";
import {Claims, NodeRecord, FLAG_ACTIVE} from "../../src/types/Types.sol";
import {NetworkFixture} from "../base/NetworkFixture.sol";
import {vm, bound} from "../base/Vm.sol";

contract RegisterTest is NetworkFixture {
    // Refusals

    function test_refusesNoGpus() external {
        vm.expectRevert(abi.encodeWithSelector(IComputeNodes.BadClaims.selector, "gpus", 0));
        _register(0);
    }

    function test_refusesMoreGpusThanARecordHolds() external {
        vm.expectRevert(abi.encodeWithSelector(IComputeNodes.BadClaims.selector, "gpus", 4096));
        _register(4096);
    }

    function test_refusesAnUnknownClass() external {
        Claims memory claims = _claims(1);
        claims.classId = 2;
        vm.prank(operator);
        vm.expectRevert(abi.encodeWithSelector(IComputeNodes.UnknownClass.selector, 2));
        nodes.register(claims, 1, "");
    }

    function test_refusesAnAskThatARecordCannotHold() external {
        vm.prank(operator);
        vm.expectRevert(abi.encodeWithSelector(IComputeNodes.AskTooLarge.selector, 1 << 40));
        nodes.register(_claims(1), 1 << 40, "");
    }

    function test_refusesAnOperatorWithoutTheStake() external {
        uint256 needMicro = parameters.current(Parameter.minNodeStakeMicroPerGpu) * 3;
        vm.prank(outsider);
        vm.expectRevert(
            abi.encodeWithSelector(
                IDualTokenSystem.InsufficientFunds.selector, LedgerLines.available(outsider), 0, needMicro
            )
        );
        nodes.register(_claims(3), 1, "");
    }

    // What it does

    function test_locksTheStakeOfEveryGpu() external {
        uint32 node = _register(3);
        uint256 stakeMicro = 3 * parameters.current(Parameter.minNodeStakeMicroPerGpu);
        vm.assertEq(nodes.stakeMicroOf(node), stakeMicro);
        vm.assertEq(vault.availableMicro(operator), FUNDS_MICRO - stakeMicro);
    }

    function test_bindsFromTheNextRound() external {
        uint32 node = _register(3);
        vm.assertEq(node, 1);
        vm.assertFalse(nodes.recordAt(node, _round()).exists());
        NodeRecord record = _nextRecord(node);
        vm.assertEq(record.gpus(), 3);
        vm.assertEq(record.freeGpus(), 3);
        vm.assertEq(record.flags(), FLAG_ACTIVE);
        vm.assertEq(record.trustBps(), parameters.current(Parameter.initialTrustBps));
        vm.assertEq(record.freshUntilRound(), _round() + parameters.current(Parameter.freshnessRounds));
        vm.assertEq(record.askMicroPerGpuHour(), ONE);
        vm.assertEq(record.matchedRound(), 0);
    }

    function test_countsItsGpusFromTheNextRound() external {
        _register(3);
        _register(5);
        (uint64 gpus, uint64 freeGpus) = nodes.networkGpusAt(_round());
        vm.assertEq(gpus + freeGpus, 0);
        (gpus, freeGpus) = nodes.networkGpusAt(_round() + 1);
        vm.assertEq(gpus, 8);
        vm.assertEq(freeGpus, 8);
    }

    function test_saysWhatItWrote() external {
        Claims memory claims = _claims(2);
        uint64 stakeMicro = uint64(2 * parameters.current(Parameter.minNodeStakeMicroPerGpu));
        vm.expectEmit(address(nodes));
        emit IComputeNodes.NodeRegistered(1, operator, claims, stakeMicro, "https://127.0.0.1:8787");
        _register(2);
    }

    /// An unaudited node counts for the worse of its claim and the floor of its class; memory is taken as claimed.
    function testFuzz_countsAtTheFloorsOfItsClass(
        uint8 compute,
        uint8 bandwidth,
        uint8 latency,
        uint8 watts,
        uint8 memoryCode
    ) external {
        Claims memory claims = Claims(1, 0, memoryCode, compute, bandwidth, latency, watts);
        vm.prank(operator);
        NodeRecord record = nodes.recordAt(nodes.register(claims, 1, ""), _round() + 1);
        vm.assertEq(record.memoryCode(), memoryCode);
        vm.assertEq(record.computeShift(), 8);
        vm.assertEq(record.computeCode(), compute < 64 ? compute : 64);
        vm.assertEq(record.bandwidthCode(), bandwidth < 32 ? bandwidth : 32);
        vm.assertEq(record.latencyCode(), latency > 200 ? latency : 200);
        vm.assertEq(record.wattsCode(), watts > 40 ? watts : 40);
    }

    function testFuzz_idsAreInOrder(uint256 count) external {
        count = bound(count, 1, 8);
        for (uint32 i = 1; i <= count; ++i) {
            vm.assertEq(_register(1), i);
            vm.assertEq(nodes.ownerOf(i), operator);
        }
        vm.assertEq(nodes.nodeCount(), count);
    }
}
