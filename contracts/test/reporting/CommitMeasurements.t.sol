// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ITruthfulReporting} from "../../src/interfaces/ITruthfulReporting.sol";
import {ReportingFixture} from "../base/ReportingFixture.sol";
import {vm} from "../base/Vm.sol";

contract CommitMeasurementsTest is ReportingFixture {
    bytes32 private constant COMMITMENT = keccak256("commitment");
    uint32 private _epoch;

    function setUp() public override {
        super.setUp();
        _epoch = reporting.currentEpoch();
    }

    // Refusals

    function test_refusesWhoeverIsNoAuditor() external {
        vm.expectRevert(abi.encodeWithSelector(ITruthfulReporting.NotAuditor.selector, outsider));
        _commitAs(outsider, _epoch);
    }

    function test_refusesAnAuditorWhoLeft() external {
        vm.prank(auditors[0]);
        reporting.requestExit();
        vm.expectRevert(abi.encodeWithSelector(ITruthfulReporting.NotAuditor.selector, auditors[0]));
        _commitAs(auditors[0], _epoch);
    }

    function test_refusesAnotherEpoch() external {
        _expectWrongPhase(_epoch + 1);
        _commitAs(auditors[0], _epoch + 1);
        _expectWrongPhase(_epoch - 1);
        _commitAs(auditors[0], _epoch - 1);
    }

    function test_refusesTheLastThirdOfTheEpoch() external {
        _toRevealPhase();
        _expectWrongPhase(_epoch);
        _commitAs(auditors[0], _epoch);
    }

    function test_refusesASecondCommitment() external {
        _commitAs(auditors[0], _epoch);
        vm.expectRevert(
            abi.encodeWithSelector(ITruthfulReporting.AlreadyCommitted.selector, auditors[0], _epoch)
        );
        _commitAs(auditors[0], _epoch);
    }

    // What it does

    function test_takesOneUntilTheLastRoundOfTheTwoThirds() external {
        _toRound(_epoch * EPOCH_ROUNDS + COMMIT_ROUNDS - 1);
        vm.expectEmit(address(reporting));
        emit ITruthfulReporting.MeasurementsCommitted(auditors[0], _epoch, COMMITMENT);
        _commitAs(auditors[0], _epoch);
    }

    function test_takesOneInEveryEpoch() external {
        _commitAs(auditors[0], _epoch);
        _toNextEpoch();
        _commitAs(auditors[0], _epoch + 1);
    }

    function _commitAs(address auditor, uint32 epoch) private {
        vm.prank(auditor);
        reporting.commitMeasurements(epoch, COMMITMENT);
    }

    function _expectWrongPhase(uint32 epoch) private {
        vm.expectRevert(abi.encodeWithSelector(ITruthfulReporting.WrongPhase.selector, epoch, _round()));
    }
}
