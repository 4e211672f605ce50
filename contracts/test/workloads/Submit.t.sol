// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Parameter} from "../../src/generated/ParameterTable.sol";
import {IAIWorkloads} from "../../src/interfaces/IAIWorkloads.sol";
import {IDualTokenSystem} from "../../src/interfaces/IDualTokenSystem.sol";
import {LedgerLines} from "../../src/types/LedgerLines.sol";
import {MAX_MICRO, Status} from "../../src/types/Types.sol";
import {WorkloadSpecs} from "../../src/types/WorkloadSpecLib.sol";
import {FullNetwork} from "../base/FullNetwork.sol";
import {bound, vm} from "../base/Vm.sol";

contract SubmitTest is FullNetwork {
    // Refusals

    function test_refusesNoGpus() external {
        IAIWorkloads.Submission memory s = _job();
        s.gpus = 0;
        _refused(s, "gpus", 0);
    }

    function test_refusesMoreGpusThanASpecHolds() external {
        IAIWorkloads.Submission memory s = _job();
        s.gpus = 4096;
        _refused(s, "gpus", 4096);
    }

    function test_refusesWhatIsNeitherJobNorLease() external {
        IAIWorkloads.Submission memory s = _job();
        s.computeGflop = 0;
        _refused(s, "leaseSec", 0);
        s = _job();
        s.leaseSec = 60;
        _refused(s, "leaseSec", 60);
    }

    function test_refusesALeaseLongerThanItsLimit() external {
        IAIWorkloads.Submission memory s = _lease();
        s.maxDurationSec = s.leaseSec - 1;
        _refused(s, "maxDurationSec", s.leaseSec - 1);
    }

    function test_refusesNoTimeAtAll() external {
        IAIWorkloads.Submission memory s = _job();
        s.maxDurationSec = 0;
        _refused(s, "maxDurationSec", 0);
    }

    function test_refusesPriorityTrustAndRetriesOutOfRange() external {
        IAIWorkloads.Submission memory s = _job();
        s.priority = 10_001;
        _refused(s, "priority", 10_001);
        s = _job();
        s.minTrustBps = 10_001;
        _refused(s, "minTrustBps", 10_001);
        s = _job();
        s.maxRetries = 4;
        _refused(s, "maxRetries", 4);
    }

    function test_refusesABudgetOfNothingOrOfMoreThanThereIs() external {
        IAIWorkloads.Submission memory s = _job();
        s.budgetMicro = 0;
        _refused(s, "budgetMicro", 0);
        s.budgetMicro = uint64(MAX_MICRO + 1);
        _refused(s, "budgetMicro", MAX_MICRO + 1);
        s.budgetMicro = uint64(MAX_MICRO); // the budget would fit, its escrow does not
        _refused(s, "budgetMicro", MAX_MICRO);
    }

    function test_refusesToWaitForNothingOrForEver() external {
        IAIWorkloads.Submission memory s = _job();
        s.openRounds = 0;
        _refused(s, "openRounds", 0);
        s.openRounds = uint32(parameters.current(Parameter.maxOpenRounds)) + 1;
        _refused(s, "openRounds", s.openRounds);
    }

    function test_refusesAClientWithoutTheEscrow() external {
        uint256 need = workloads.escrowMicroFor(BUDGET, 2_500);
        vm.expectRevert(
            abi.encodeWithSelector(
                IDualTokenSystem.InsufficientFunds.selector, LedgerLines.available(outsider), 0, need
            )
        );
        vm.prank(outsider);
        workloads.submit(_job());
    }

    // What it does

    function test_locksTheEscrow() external {
        uint256 before = vault.availableMicro(client);
        uint32 workload = _submit(_job());
        uint256 escrow = workloads.escrowMicroFor(BUDGET, 2_500);
        // 2 AICC: 2.5 % surcharge, 2 % + 2 % + 0.5 % + 0.5 % fees.
        vm.assertEq(escrow, 2_150_000);
        vm.assertEq(_escrowMicro(), escrow);
        vm.assertEq(vault.availableMicro(client), before - escrow);
        vm.assertEq(workloads.workload(workload).escrowMicro, escrow);
    }

    function test_isOpenFromTheNextRoundUntilItsLast() external {
        uint32 round = _round();
        uint32 workload = _submit(_job());
        vm.assertFalse(workloads.isOpenAt(workload, round));
        vm.assertTrue(workloads.isOpenAt(workload, round + 1));
        vm.assertTrue(workloads.isOpenAt(workload, round + 100));
        vm.assertFalse(workloads.isOpenAt(workload, round + 101));
        _assertStatus(workload, Status.Open);
    }

    function test_countsFromTheNextRound() external {
        _submit(_job());
        _submit(_job());
        _assertCounters(_round(), 0, 0);
        _assertCounters(_round() + 1, 2, 2);
        vm.assertEq(_submit(_job()), 3);
    }

    function test_ratesAreThoseOfTheSubmission() external {
        uint32 workload = _submit(_job());
        vm.prank(address(timelock));
        parameters.set(Parameter.communityFundBps, 300);
        _skipRounds(1);
        vm.assertEq(workloads.escrowMicroFor(BUDGET, 2_500), 2_170_000);
        vm.assertEq(workloads.workload(workload).escrowMicro, 2_150_000);
    }

    function test_storesWhatWasSubmitted(IAIWorkloads.Submission memory s) external {
        s.gpus = uint16(bound(s.gpus, 1, 4_095));
        s.maxDurationSec = uint32(bound(s.maxDurationSec, 1, type(uint32).max));
        s.leaseSec = s.leaseSec % 2 == 0 ? 0 : uint32(bound(s.leaseSec, 1, s.maxDurationSec));
        s.computeGflop = s.leaseSec > 0 ? 0 : uint48(bound(s.computeGflop, 1, type(uint48).max));
        s.priority = uint16(bound(s.priority, 0, 10_000));
        s.minTrustBps = uint16(bound(s.minTrustBps, 0, 10_000));
        s.maxRetries = uint8(bound(s.maxRetries, 0, 3));
        s.budgetMicro = uint64(bound(s.budgetMicro, 1, FUNDS_MICRO / 2));
        s.openRounds = uint32(bound(s.openRounds, 1, 720));
        IAIWorkloads.Workload memory w = workloads.workload(_submit(s));
        WorkloadSpecs.Fields memory f = WorkloadSpecs.unpack(w.spec);

        vm.assertEq(w.client, client);
        vm.assertEq(w.budgetMicro, s.budgetMicro);
        vm.assertEq(w.openUntilRound, _round() + 1 + s.openRounds);
        vm.assertEq(f.gpus, s.gpus);
        vm.assertEq(f.memoryCode, s.memoryCode);
        vm.assertEq(f.classMask, s.classMask);
        vm.assertEq(f.computeGflop, s.computeGflop);
        vm.assertEq(f.dataMB, s.dataMB);
        vm.assertEq(f.leaseSec, s.leaseSec);
        vm.assertEq(f.maxDurationSec, s.maxDurationSec);
        vm.assertEq(f.priority, s.priority);
        vm.assertEq(f.minTrustBps, s.minTrustBps);
        vm.assertEq(f.maxRetries, s.maxRetries);
        vm.assertEq(f.submittedRound, _round());
    }

    // Many at once

    function test_manyHaveIdsInARowAndOneLock() external {
        _submit(_job());
        uint256 each = workloads.escrowMicroFor(BUDGET, 2_500);
        vm.expectEmit(address(vault));
        emit IDualTokenSystem.Moved(LedgerLines.available(client), LedgerLines.escrow(), 3 * each);
        vm.assertEq(_submitMany(3), 2);
        for (uint32 id = 2; id <= 4; ++id) {
            _assertStatus(id, Status.Open);
            vm.assertTrue(workloads.isOpenAt(id, _round() + 1));
        }
        _assertCounters(_round() + 1, 4, 4);
        vm.assertEq(_escrowMicro(), 4 * each);
    }

    function test_manyAreSubmittedAllOrNone() external {
        IAIWorkloads.Submission[] memory submissions = new IAIWorkloads.Submission[](2);
        (submissions[0], submissions[1]) = (_job(), _job());
        submissions[1].gpus = 0;
        vm.expectRevert(abi.encodeWithSelector(IAIWorkloads.BadSubmission.selector, "gpus", 0));
        vm.prank(client);
        workloads.submitMany(submissions);
        _assertCounters(_round() + 1, 0, 0);
    }

    function _assertCounters(uint32 round, uint32 open, uint32 newest) private view {
        (uint32 haveOpen, uint32 haveNewest) = workloads.countersAt(round);
        vm.assertEq(haveOpen, open);
        vm.assertEq(haveNewest, newest);
    }

    function _refused(IAIWorkloads.Submission memory s, string memory field, uint256 value) private {
        vm.expectRevert(abi.encodeWithSelector(IAIWorkloads.BadSubmission.selector, field, value));
        _submit(s);
    }
}
