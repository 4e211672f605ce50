// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IDualTokenSystem} from "../../src/interfaces/IDualTokenSystem.sol";
import {ITruthfulReporting} from "../../src/interfaces/ITruthfulReporting.sol";
import {LedgerLines} from "../../src/types/LedgerLines.sol";
import {ReportingFixture} from "../base/ReportingFixture.sol";
import {vm} from "../base/Vm.sol";

contract RegisterAuditorTest is ReportingFixture {
    // Refusals

    function test_refusesAnAuditor() external {
        vm.prank(auditors[0]);
        vm.expectRevert(abi.encodeWithSelector(ITruthfulReporting.AlreadyAuditor.selector, auditors[0]));
        reporting.registerAuditor();
    }

    function test_refusesOneWhoIsLeaving() external {
        vm.startPrank(auditors[0]);
        reporting.requestExit();
        vm.expectRevert(abi.encodeWithSelector(ITruthfulReporting.AlreadyAuditor.selector, auditors[0]));
        reporting.registerAuditor();
    }

    function test_refusesOneWithoutTheStake() external {
        vm.prank(outsider);
        vm.expectRevert(
            abi.encodeWithSelector(
                IDualTokenSystem.InsufficientFunds.selector, LedgerLines.available(outsider), 0, AUDITOR_STAKE
            )
        );
        reporting.registerAuditor();
    }

    // What it does

    function test_locksTheStake() external {
        vm.expectEmit(address(reporting));
        emit ITruthfulReporting.AuditorRegistered(client, uint64(AUDITOR_STAKE));
        _registerAuditor(client);
        vm.assertTrue(reporting.isAuditor(client));
        vm.assertEq(reporting.auditorCount(), auditors.length + 1);
        vm.assertEq(vault.availableMicro(client), FUNDS_MICRO - AUDITOR_STAKE);
        vm.assertEq(vault.balanceMicro(LedgerLines.auditorStake(client)), AUDITOR_STAKE);
    }
}
