// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IComputeNodes} from "../../src/interfaces/IComputeNodes.sol";
import {NetworkFixture} from "../base/NetworkFixture.sol";
import {vm, bound} from "../base/Vm.sol";

contract SetAskTest is NetworkFixture {
    function test_refusesAnybodyButTheOwner() external {
        uint32 node = _register(1);
        vm.prank(outsider);
        vm.expectRevert(abi.encodeWithSelector(IComputeNodes.NotOwner.selector, node, outsider));
        nodes.setAsk(node, 1);
    }

    function test_refusesAnAskThatARecordCannotHold() external {
        uint32 node = _register(1);
        vm.prank(operator);
        vm.expectRevert(abi.encodeWithSelector(IComputeNodes.AskTooLarge.selector, type(uint64).max));
        nodes.setAsk(node, type(uint64).max);
    }

    /// No ask can react to a workload of its own round.
    function testFuzz_bindsFromTheNextRoundAndTheLastOneCounts(uint64 first, uint64 second) external {
        uint32 node = _register(1);
        _skipRounds(1);
        vm.startPrank(operator);
        nodes.setAsk(node, uint64(bound(first, 0, 2 ** 40 - 1)));
        second = uint64(bound(second, 0, 2 ** 40 - 1));
        nodes.setAsk(node, second);
        vm.assertEq(nodes.recordAt(node, _round()).askMicroPerGpuHour(), ONE);
        vm.assertEq(_nextRecord(node).askMicroPerGpuHour(), second);
    }
}
