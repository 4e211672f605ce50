// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IComputeNodes} from "../../src/interfaces/IComputeNodes.sol";
import {FLAG_ACTIVE, Match, NodeRecord} from "../../src/types/Types.sol";
import {Matches} from "../../src/types/MatchLib.sol";
import {NetworkFixture} from "../base/NetworkFixture.sol";
import {vm, bound} from "../base/Vm.sol";

contract OccupyTest is NetworkFixture {
    uint32 private node;

    function setUp() public override {
        super.setUp();
        node = _register(8);
        _skipRounds(1);
    }

    // Refusals

    function test_refusesAnybodyButWorkloads() external {
        vm.startPrank(operator);
        vm.expectRevert(abi.encodeWithSelector(IComputeNodes.NotNetwork.selector, operator));
        nodes.occupy(6, _occupation(node, 1, 0));
        vm.expectRevert(abi.encodeWithSelector(IComputeNodes.NotNetwork.selector, operator));
        nodes.release(_occupation(node, 1, 0));
        vm.expectRevert(abi.encodeWithSelector(IComputeNodes.NotNetwork.selector, operator));
        nodes.penalise(node, 1, operator);
    }

    function test_refusesMoreGpusThanAreFree() external {
        vm.startPrank(config.workloads);
        nodes.occupy(6, _occupation(node, 5, 0));
        vm.expectRevert(abi.encodeWithSelector(IComputeNodes.NotEnoughFreeGpus.selector, node, 3, 4));
        nodes.occupy(6, _occupation(node, 4, 1));
    }

    function test_refusesToReleaseMoreThanIsUsed() external {
        vm.startPrank(config.workloads);
        nodes.occupy(6, _occupation(node, 5, 0));
        vm.expectRevert(abi.encodeWithSelector(IComputeNodes.NotOccupied.selector, node, 5, 6));
        nodes.release(_occupation(node, 6, 0));
    }

    // What they do

    function test_takesGpusFromTheNextRoundAndNotesTheEntry() external {
        vm.prank(config.workloads);
        nodes.occupy(6, _occupation(node, 5, 77));
        vm.assertEq(nodes.recordAt(node, _round()).freeGpus(), 8);
        NodeRecord record = _nextRecord(node);
        vm.assertEq(record.freeGpus(), 3);
        vm.assertEq(record.matchedRound(), 6);
        vm.assertEq(record.matchedEntry(), 77);
    }

    /// A round's matches count once, all together; a node that is leaving no longer does.
    function test_takesWhatARoundMatchedInOneCall() external {
        uint32 other = _register(4);
        uint32 leaving = _register(2);
        vm.prank(operator);
        nodes.requestExit(leaving);
        Match[] memory occupations = new Match[](3);
        occupations[0] = Matches.pack(0, node, 0, 5, 0);
        occupations[1] = Matches.pack(0, other, 1, 4, 0);
        occupations[2] = Matches.pack(0, leaving, 2, 2, 0);
        vm.expectEmit(address(nodes));
        emit IComputeNodes.NetworkGpusWritten(_round() + 1, 12, 3);
        vm.prank(config.workloads);
        nodes.occupy(_round(), occupations);
        vm.assertEq(_nextRecord(node).freeGpus(), 3);
        vm.assertEq(_nextRecord(other).freeGpus(), 0);
        vm.assertEq(_nextRecord(leaving).freeGpus(), 0);
    }

    function testFuzz_countersFollow(uint256 taken, uint256 given) external {
        taken = bound(taken, 1, 8);
        given = bound(given, 1, taken);
        _register(4);
        vm.startPrank(config.workloads);
        nodes.occupy(6, _occupation(node, uint16(taken), 0));
        nodes.release(_occupation(node, uint16(given), 0));
        (uint64 gpus, uint64 freeGpus) = nodes.networkGpusAt(_round() + 1);
        vm.assertEq(gpus, 12);
        vm.assertEq(freeGpus, 12 - taken + given);
    }

    /// What would cost nothing any more would be done for nothing: a node that cannot pay again is not matched again.
    function test_aStakeThatCoversNoFurtherPenaltyPausesTheNode() external {
        uint64 stakeMicro = nodes.stakeMicroOf(node);
        vm.startPrank(config.workloads);
        nodes.penalise(node, stakeMicro / 2, client);
        vm.assertEq(_nextRecord(node).flags(), FLAG_ACTIVE);
        nodes.penalise(node, stakeMicro / 2 - 1, client);
        vm.assertEq(_nextRecord(node).flags(), 0);
    }

    function testFuzz_aPenaltyNeverTakesMoreThanTheStake(uint64 amountMicro) external {
        uint64 stakeMicro = nodes.stakeMicroOf(node);
        uint256 hadMicro = vault.availableMicro(client);
        vm.prank(config.workloads);
        uint64 takenMicro = nodes.penalise(node, amountMicro, client);
        vm.assertEq(takenMicro, amountMicro < stakeMicro ? amountMicro : stakeMicro);
        vm.assertEq(nodes.stakeMicroOf(node), stakeMicro - takenMicro);
        vm.assertEq(vault.availableMicro(client), hadMicro + takenMicro);
    }
}
