// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {IParameters} from "../../src/interfaces/IParameters.sol";
import {IDualTokenSystem} from "../../src/interfaces/IDualTokenSystem.sol";
import {Parameter} from "../../src/generated/ParameterTable.sol";
import {LedgerLines} from "../../src/types/LedgerLines.sol";
import {NetworkFixture} from "../base/NetworkFixture.sol";
import {vm} from "../base/Vm.sol";

/// A vote changes the network, and nothing that is not voted and has not waited does.
contract GovernanceTest is NetworkFixture {
    string private constant DESCRIPTION = "Charge for energy without a certificate";
    uint256 private constant PRICE = 100 * ONE;

    function setUp() public override {
        super.setUp();
        vm.prank(voter);
        aicg.delegate(voter);
        vm.warp(block.timestamp + 1);
    }

    // Refusals

    function test_refusesAProposalOfSomebodyWithoutVotes() external {
        (address[] memory targets, uint256[] memory values, bytes[] memory calls) = _proposal();
        vm.prank(outsider);
        vm.expectRevert(
            abi.encodeWithSelector(
                IGovernor.GovernorInsufficientProposerVotes.selector, outsider, 0, 1_000 ether
            )
        );
        governor.propose(targets, values, calls, DESCRIPTION);
    }

    function test_refusesToExecuteWhatWasNotQueued() external {
        uint256 id = _propose();
        _vote(id, 1);
        vm.expectPartialRevert(IGovernor.GovernorUnexpectedProposalState.selector);
        _execute();
        vm.assertEq(parameters.current(Parameter.greenMicroPerKWh), 0);
    }

    function test_refusesToExecuteBeforeTheDelayIsOver() external {
        uint256 id = _propose();
        _vote(id, 1);
        _queue();
        vm.warp(governor.proposalEta(id) - 1);
        vm.expectPartialRevert(TimelockController.TimelockUnexpectedOperationState.selector);
        _execute();
    }

    function test_refusesToQueueWhatWasVotedDown() external {
        uint256 id = _propose();
        _vote(id, 0);
        vm.expectPartialRevert(IGovernor.GovernorUnexpectedProposalState.selector);
        _queue();
    }

    function test_refusesToQueueWithoutAQuorum() external {
        vm.prank(voter);
        aicg.transfer(outsider, 70_000 ether); // 3 % are left, 4 % are the quorum
        vm.warp(block.timestamp + 1);
        uint256 id = _propose();
        _vote(id, 1);
        vm.expectPartialRevert(IGovernor.GovernorUnexpectedProposalState.selector);
        _queue();
    }

    /// Neither the deployer nor a voter can go past the governor.
    function test_refusesToScheduleAnythingInTheTimelockItself() external {
        bytes32 proposerRole = timelock.PROPOSER_ROLE();
        bytes memory call = abi.encodeCall(IParameters.set, (Parameter.greenMicroPerKWh, PRICE));
        vm.prank(voter);
        vm.expectRevert(
            abi.encodeWithSelector(
                IAccessControl.AccessControlUnauthorizedAccount.selector, voter, proposerRole
            )
        );
        timelock.schedule(address(parameters), 0, call, 0, 0, 60);
    }

    // What a vote does

    function test_aVoteBindsInTheRoundAfterItsExecution() external {
        uint256 id = _propose();
        _vote(id, 1);
        _queue();
        vm.warp(governor.proposalEta(id));
        _execute();
        vm.assertEq(parameters.current(Parameter.greenMicroPerKWh), 0);
        _skipRounds(1);
        vm.assertEq(parameters.current(Parameter.greenMicroPerKWh), PRICE);
        vm.assertEq(parameters.at(Parameter.greenMicroPerKWh, _round() - 1), 0);
    }

    function test_aQuorumReachedLateLeavesTimeToAnswer() external {
        uint256 id = _propose();
        uint256 deadline = governor.proposalDeadline(id);
        vm.warp(deadline - 1);
        vm.prank(voter);
        governor.castVote(id, 1);
        vm.assertEq(governor.proposalDeadline(id), block.timestamp + 50);
    }

    function test_theTimelockSpendsTheCommunityFund() external {
        vm.prank(config.workloads);
        vault.move(LedgerLines.available(client), LedgerLines.communityFund(), ONE);
        vm.prank(config.timelock);
        vault.move(LedgerLines.communityFund(), LedgerLines.available(outsider), ONE);
        vm.assertEq(vault.availableMicro(outsider), ONE);
    }

    // Steps

    function _proposal() private view returns (address[] memory, uint256[] memory, bytes[] memory) {
        address[] memory targets = new address[](1);
        targets[0] = address(parameters);
        bytes[] memory calls = new bytes[](1);
        calls[0] = abi.encodeCall(IParameters.set, (Parameter.greenMicroPerKWh, PRICE));
        return (targets, new uint256[](1), calls);
    }

    function _propose() private returns (uint256 id) {
        (address[] memory targets, uint256[] memory values, bytes[] memory calls) = _proposal();
        vm.prank(voter);
        return governor.propose(targets, values, calls, DESCRIPTION);
    }

    function _vote(uint256 id, uint8 support) private {
        vm.warp(governor.proposalSnapshot(id) + 1);
        vm.prank(voter);
        governor.castVote(id, support);
        vm.warp(governor.proposalDeadline(id) + 1);
    }

    function _queue() private {
        (address[] memory targets, uint256[] memory values, bytes[] memory calls) = _proposal();
        governor.queue(targets, values, calls, keccak256(bytes(DESCRIPTION)));
    }

    function _execute() private {
        (address[] memory targets, uint256[] memory values, bytes[] memory calls) = _proposal();
        governor.execute(targets, values, calls, keccak256(bytes(DESCRIPTION)));
    }
}
