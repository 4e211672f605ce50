// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IComputeNodes} from "../../src/interfaces/IComputeNodes.sol";
import {Parameter} from "../../src/generated/ParameterTable.sol";
import {NodeRecord} from "../../src/types/Types.sol";
import {NetworkFixture} from "../base/NetworkFixture.sol";
import {vm, bound} from "../base/Vm.sol";

contract HeartbeatTest is NetworkFixture {
    function test_refusesANodeThatIsNot() external {
        vm.prank(operator);
        vm.expectRevert(abi.encodeWithSelector(IComputeNodes.UnknownNode.selector, 7));
        nodes.heartbeat(7);
    }

    function test_refusesAnybodyButTheOwner() external {
        uint32 node = _register(1);
        vm.prank(outsider);
        vm.expectRevert(abi.encodeWithSelector(IComputeNodes.NotOwner.selector, node, outsider));
        nodes.heartbeat(node);
    }

    function test_refusesANodeThatIsLeaving() external {
        uint32 node = _register(1);
        vm.startPrank(operator);
        nodes.requestExit(node);
        vm.expectRevert(abi.encodeWithSelector(IComputeNodes.AlreadyExiting.selector, node));
        nodes.heartbeat(node);
    }

    function testFuzz_keepsTheNodeFreshFromNowOn(uint256 later) external {
        uint32 node = _register(1);
        uint32 freshness = uint32(parameters.current(Parameter.freshnessRounds));
        NodeRecord registered = _nextRecord(node);
        _skipRounds(uint32(bound(later, 1, 3 * freshness)));
        vm.prank(operator);
        nodes.heartbeat(node);
        vm.assertEq(nodes.recordAt(node, _round()).freshUntilRound(), registered.freshUntilRound());
        vm.assertEq(_nextRecord(node).freshUntilRound(), _round() + freshness);
    }

    function test_changesNothingElse() external {
        uint32 node = _register(1);
        NodeRecord before = _nextRecord(node);
        _skipRounds(3);
        vm.prank(operator);
        nodes.heartbeat(node);
        NodeRecord expected = before.withFreshUntilRound(_nextRecord(node).freshUntilRound());
        vm.assertEq(NodeRecord.unwrap(_nextRecord(node)), NodeRecord.unwrap(expected));
    }
}
