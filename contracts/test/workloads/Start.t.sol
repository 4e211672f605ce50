// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IAIWorkloads} from "../../src/interfaces/IAIWorkloads.sol";
import {Status} from "../../src/types/Types.sol";
import {FullNetwork} from "../base/FullNetwork.sol";
import {vm} from "../base/Vm.sol";

contract StartTest is FullNetwork {
    // Refusals

    function test_refusesWhatIsNotMatched() external {
        (uint32 workload,) = _open();
        vm.expectRevert(abi.encodeWithSelector(IAIWorkloads.WrongStatus.selector, workload, Status.Open));
        _start(workload);
    }

    function test_refusesEverybodyButItsNode() external {
        (uint32 workload,) = _matched();
        vm.expectRevert(abi.encodeWithSelector(IAIWorkloads.NotItsNode.selector, workload, client));
        vm.prank(client);
        workloads.start(workload);
    }

    function test_refusesANodeThatComesTooLate() external {
        (uint32 workload,) = _matched();
        uint32 lastRound = _round() + 4;
        _skipRounds(5);
        vm.expectRevert(abi.encodeWithSelector(IAIWorkloads.StartWindowPassed.selector, workload, lastRound));
        _start(workload);
    }

    // What it does

    function test_inTheLastRoundIsInTime() external {
        (uint32 workload,) = _matched();
        _skipRounds(4);
        _start(workload);
        _assertStatus(workload, Status.Running);
        vm.assertEq(workloads.workload(workload).startedAt, block.timestamp);
    }

    function test_saysHowLongItIsOwed() external {
        (uint32 workload, uint32 node) = _matched();
        // 13,000 GFLOP on 2 x 65,536 MFLOPS, 80 Mb at 64 Mbps, 98 ms: 100.53 s, rounded up once; half as much again.
        vm.expectEmit(address(workloads));
        emit IAIWorkloads.WorkloadStarted(workload, node, 101, 152);
        _start(workload);
    }

    function test_aLeaseIsOwedItsLength() external {
        (uint32 workload, uint32 node) = _matchedWith(_lease());
        vm.expectEmit(address(workloads));
        emit IAIWorkloads.WorkloadStarted(workload, node, 200, 200);
        _start(workload);
    }

    function test_takesBackTheBookingOfANoShow() external {
        (uint32 workload,) = _matched();
        uint32 booked = _round() + 5;
        vm.assertTrue(workloads.isOpenAt(workload, booked));
        _start(workload);
        vm.assertFalse(workloads.isOpenAt(workload, booked));
    }

    // Many at once

    function test_startsManyOfOneOwner() external {
        (uint32 one, uint32 node) = _matched();
        uint32 other = _submit(_job());
        _skipRounds(1);
        _match(other, node, 0);
        uint32[] memory ids = new uint32[](2);
        (ids[0], ids[1]) = (one, other);
        vm.expectEmit(address(workloads));
        emit IAIWorkloads.WorkloadStarted(other, node, 101, 152);
        vm.prank(operator);
        workloads.startMany(ids);
        _assertStatus(one, Status.Running);
        _assertStatus(other, Status.Running);
    }

    function test_startsAllOrNone() external {
        (uint32 one,) = _matched();
        uint32[] memory ids = new uint32[](2);
        (ids[0], ids[1]) = (one, _submit(_job()));
        vm.expectRevert(abi.encodeWithSelector(IAIWorkloads.WrongStatus.selector, ids[1], Status.Open));
        vm.prank(operator);
        workloads.startMany(ids);
        _assertStatus(one, Status.Matched);
    }

    function _start(uint32 workload) private {
        vm.prank(operator);
        workloads.start(workload);
    }
}
