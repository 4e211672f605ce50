// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IAIWorkloads} from "../../src/interfaces/IAIWorkloads.sol";
import {LedgerLines} from "../../src/types/LedgerLines.sol";
import {CloseReason, ContestGround, Status} from "../../src/types/Types.sol";
import {FullNetwork} from "../base/FullNetwork.sol";
import {vm} from "../base/Vm.sol";

contract ContestTest is FullNetwork {
    address[3] private _auditors;

    function setUp() public override {
        super.setUp();
        for (uint256 i = 0; i < 3; ++i) {
            _auditors[i] = _actor(string.concat("auditor ", vm.toString(i)));
            _fund(_auditors[i]);
            vm.prank(_auditors[i]);
            reporting.registerAuditor();
        }
    }

    // Refusals

    function test_refusesEverybodyButTheClient() external {
        (uint32 workload,) = _completed();
        vm.expectRevert(abi.encodeWithSelector(IAIWorkloads.NotClient.selector, workload, operator));
        vm.prank(operator);
        workloads.contest(workload, ContestGround.WrongResult);
    }

    function test_refusesWhatHasNotEnded() external {
        (uint32 workload,) = _running();
        vm.expectRevert(abi.encodeWithSelector(IAIWorkloads.WrongStatus.selector, workload, Status.Running));
        _contest(workload);
    }

    function test_refusesWhatWasAccepted() external {
        (uint32 workload,) = _completed();
        vm.prank(client);
        workloads.accept(workload);
        vm.expectRevert(abi.encodeWithSelector(IAIWorkloads.WrongStatus.selector, workload, Status.Completed));
        _contest(workload);
    }

    function test_refusesAfterTheWindow() external {
        (uint32 workload,) = _completed();
        uint32 lastRound = _round() + 4;
        _skipRounds(5);
        vm.expectRevert(
            abi.encodeWithSelector(IAIWorkloads.ContestWindowPassed.selector, workload, lastRound)
        );
        _contest(workload);
    }

    function test_refusesACancellationInItsOwnRound() external {
        (uint32 workload,) = _running();
        vm.prank(client);
        workloads.cancel(workload);
        vm.expectRevert(abi.encodeWithSelector(IAIWorkloads.TooEarly.selector, workload, _round() + 1));
        _contest(workload);
        _skipRounds(1);
        _contest(workload);
        _assertStatus(workload, Status.Contested);
    }

    function test_refusesADecisionFromElsewhere() external {
        (uint32 workload,) = _contested();
        vm.expectRevert(abi.encodeWithSelector(IAIWorkloads.NotNetwork.selector, outsider));
        vm.prank(outsider);
        workloads.resolveContest(workload, true);
    }

    function test_refusesADecisionOnWhatIsNotContested() external {
        (uint32 workload,) = _completed();
        vm.expectRevert(abi.encodeWithSelector(IAIWorkloads.WrongStatus.selector, workload, Status.Completed));
        vm.prank(address(reporting));
        workloads.resolveContest(workload, true);
    }

    function test_refusesToPayBeforeTheDecision() external {
        (uint32 workload,) = _contested();
        uint32 deadline = _round() + 8;
        _skipRounds(8);
        vm.expectRevert(abi.encodeWithSelector(IAIWorkloads.TooEarly.selector, workload, deadline + 1));
        workloads.settle(workload);
    }

    // What it does

    function test_locksABond() external {
        (uint32 workload,) = _contested();
        _assertEnded(workload, Status.Contested, CloseReason.Completed);
        vm.assertEq(vault.balanceMicro(LedgerLines.contestBond(workload)), ONE);
    }

    function test_upheldRefundsAll() external {
        uint256 before = vault.availableMicro(client);
        (uint32 workload,) = _contested();
        uint256 operatorBefore = vault.availableMicro(operator);
        _vote(workload, 2, true);
        _assertEnded(workload, Status.Refunded, CloseReason.ContestUpheld);
        vm.assertEq(vault.availableMicro(client), before);
        vm.assertEq(vault.availableMicro(operator), operatorBefore);
    }

    /// The ending is back as if the client had accepted it: it waits for its match to be final, not for the window.
    function test_rejectedPutsTheEndingBackAsAccepted() external {
        (uint32 workload,) = _contested();
        uint256 before = vault.availableMicro(operator);
        _vote(workload, 2, false);
        _assertEnded(workload, Status.Completed, CloseReason.Completed);
        vm.assertEq(vault.availableMicro(operator), before + ONE);
        vm.expectRevert(abi.encodeWithSelector(IAIWorkloads.WrongStatus.selector, workload, Status.Completed));
        _contest(workload);
    }

    function test_rejectedPaysAsDeclaredAndTheBond() external {
        (uint32 workload,) = _contested();
        uint256 before = vault.availableMicro(operator);
        uint256 price = workloads.workload(workload).priceMicro;
        _vote(workload, 2, false);
        workloads.settle(workload);
        _assertEnded(workload, Status.Settled, CloseReason.Completed);
        vm.assertEq(vault.availableMicro(operator), before + price + ONE);
        vm.assertEq(_escrowMicro(), 0);
    }

    function test_noDecisionPaysAsDeclaredAndReturnsTheBond() external {
        (uint32 workload,) = _contested();
        uint256 operatorBefore = vault.availableMicro(operator);
        uint256 clientBefore = vault.availableMicro(client);
        uint256 escrow = _escrowMicro();
        uint256 price = workloads.workload(workload).priceMicro;
        _vote(workload, 1, true); // one of three is no majority
        _skipRounds(9);
        vm.prank(outsider);
        workloads.settle(workload);
        _assertEnded(workload, Status.Settled, CloseReason.Completed);
        vm.assertEq(vault.availableMicro(operator), operatorBefore + price);
        vm.assertGt(vault.availableMicro(client), clientBefore + ONE);
        vm.assertLt(vault.availableMicro(client), clientBefore + ONE + escrow - price);
    }

    function test_aDecisionAfterTheDeadlineIsRefused() external {
        (uint32 workload,) = _contested();
        uint32 deadline = _round() + 8;
        _skipRounds(9);
        vm.expectRevert(abi.encodeWithSelector(IAIWorkloads.ContestWindowPassed.selector, workload, deadline));
        vm.prank(address(reporting));
        workloads.resolveContest(workload, true);
    }

    function _contested() private returns (uint32 workload, uint32 node) {
        (workload, node) = _completed();
        _contest(workload);
    }

    function _contest(uint32 workload) private {
        vm.prank(client);
        workloads.contest(workload, ContestGround.WrongResult);
    }

    function _vote(uint32 workload, uint256 count, bool uphold) private {
        for (uint256 i = 0; i < count; ++i) {
            vm.prank(_auditors[i]);
            reporting.voteContest(workload, uphold);
        }
    }
}
