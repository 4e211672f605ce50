// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IComputeNodes} from "../../src/interfaces/IComputeNodes.sol";
import {FLAG_ACTIVE, Measured} from "../../src/types/Types.sol";
import {NetworkFixture} from "../base/NetworkFixture.sol";
import {vm} from "../base/Vm.sol";

contract PauseTest is NetworkFixture {
    function test_refusesAnybodyButTheOwner() external {
        uint32 node = _register(1);
        vm.startPrank(outsider);
        vm.expectRevert(abi.encodeWithSelector(IComputeNodes.NotOwner.selector, node, outsider));
        nodes.pause(node);
        vm.expectRevert(abi.encodeWithSelector(IComputeNodes.NotOwner.selector, node, outsider));
        nodes.resume(node);
    }

    function test_refusesToResumeANodeThatIsLeaving() external {
        uint32 node = _register(1);
        vm.startPrank(operator);
        nodes.requestExit(node);
        vm.expectRevert(abi.encodeWithSelector(IComputeNodes.AlreadyExiting.selector, node));
        nodes.resume(node);
    }

    function test_refusesToResumeANodeThatIsExcluded() external {
        uint32 node = _register(1);
        for (uint256 i = 0; i < 3; ++i) {
            vm.prank(config.reporting);
            nodes.applyAudit(node, Measured(true, 1, 1, 1), 10_000);
        }
        vm.expectRevert(abi.encodeWithSelector(IComputeNodes.Excluded.selector, node));
        vm.prank(operator);
        nodes.resume(node);
    }

    function test_bindsFromTheNextRound() external {
        uint32 node = _register(1);
        _skipRounds(1);
        vm.startPrank(operator);
        nodes.pause(node);
        vm.assertEq(nodes.recordAt(node, _round()).flags(), FLAG_ACTIVE);
        vm.assertEq(_nextRecord(node).flags(), 0);
        _skipRounds(1);
        nodes.resume(node);
        vm.assertEq(nodes.recordAt(node, _round()).flags(), 0);
        vm.assertEq(_nextRecord(node).flags(), FLAG_ACTIVE);
    }

    function test_resumingMakesTheStakeWholeAgain() external {
        uint32 node = _register(2);
        uint64 stakeMicro = nodes.stakeMicroOf(node);
        vm.prank(config.workloads);
        nodes.penalise(node, 7, client);
        uint256 before = vault.availableMicro(operator);
        vm.expectEmit(address(nodes));
        emit IComputeNodes.StakeChanged(node, stakeMicro);
        vm.prank(operator);
        nodes.resume(node);
        vm.assertEq(nodes.stakeMicroOf(node), stakeMicro);
        vm.assertEq(vault.availableMicro(operator), before - 7);
    }

    function test_aPausedNodeStaysInTheCounters() external {
        uint32 node = _register(4);
        vm.prank(operator);
        nodes.pause(node);
        (uint64 gpus, uint64 freeGpus) = nodes.networkGpusAt(_round() + 1);
        vm.assertEq(gpus, 4);
        vm.assertEq(freeGpus, 4);
    }
}
