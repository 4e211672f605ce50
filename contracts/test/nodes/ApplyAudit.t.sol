// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IComputeNodes} from "../../src/interfaces/IComputeNodes.sol";
import {IDualTokenSystem} from "../../src/interfaces/IDualTokenSystem.sol";
import {Parameter} from "../../src/generated/ParameterTable.sol";
import {Codes} from "../../src/libraries/Codes.sol";
import {FLAG_ACTIVE, FLAG_EXCLUDED, FLAG_FLAGGED, Measured, NodeRecord} from "../../src/types/Types.sol";
import {NetworkFixture} from "../base/NetworkFixture.sol";
import {vm, bound} from "../base/Vm.sol";

contract ApplyAuditTest is NetworkFixture {
    uint32 private node;

    function setUp() public override {
        super.setUp();
        node = _register(2);
    }

    // Refusals

    function test_refusesAnybodyButReporting() external {
        vm.prank(operator);
        vm.expectRevert(abi.encodeWithSelector(IComputeNodes.NotNetwork.selector, operator));
        nodes.applyAudit(node, _asClaimed(), 0);
    }

    function test_refusesANodeThatIsNot() external {
        vm.prank(config.reporting);
        vm.expectRevert(abi.encodeWithSelector(IComputeNodes.UnknownNode.selector, node + 1));
        nodes.applyAudit(node + 1, _asClaimed(), 0);
    }

    function test_refusesARestakeOfANodeThatIsNotExcluded() external {
        vm.prank(operator);
        vm.expectRevert(abi.encodeWithSelector(IComputeNodes.NotExcluded.selector, node));
        nodes.restake(node);
    }

    function test_refusesASecondRestake() external {
        _exclude();
        vm.startPrank(operator);
        nodes.restake(node);
        vm.expectRevert(abi.encodeWithSelector(IComputeNodes.AlreadyRestaked.selector, node));
        nodes.restake(node);
    }

    // What counts

    function test_anAuditedNodeCountsForItsClaimAgain() external {
        vm.assertEq(_nextRecord(node).computeCode(), 64); // the floor of its class
        _audit(_asClaimed(), 0);
        NodeRecord record = _nextRecord(node);
        vm.assertEq(record.computeCode(), _claims(2).computeCode);
        vm.assertEq(record.bandwidthCode(), _claims(2).bandwidthCode);
        vm.assertEq(record.latencyCode(), _claims(2).latencyCode);
    }

    function test_bindsFromTheNextRound() external {
        _skipRounds(1);
        _audit(_asClaimed(), 10_000);
        vm.assertEq(nodes.recordAt(node, _round()).trustBps(), 5_000);
        vm.assertEq(_nextRecord(node).trustBps(), 3_750);
    }

    /// Whatever auditors report, the record holds codes.
    function testFuzz_takesAnyMeasurement(uint32 latencyUs, uint32 bandwidthMbps, uint64 computeMflops)
        external
    {
        _audit(Measured(true, latencyUs, bandwidthMbps, computeMflops), 0);
        NodeRecord record = _nextRecord(node);
        uint256 seenCompute = computeMflops >> 8;
        if (record.computeCode() > 0) vm.assertLe(Codes.decode(record.computeCode()), seenCompute);
        if (record.bandwidthCode() > 0) vm.assertLe(Codes.decode(record.bandwidthCode()), bandwidthMbps);
        if (record.latencyCode() < 255) vm.assertGe(Codes.decode(record.latencyCode()), latencyUs);
    }

    // Trust

    function test_aCleanAuditRaisesTrustByASixteenthOfTheGap() external {
        vm.expectEmit(address(nodes));
        emit IComputeNodes.AuditApplied(node, _asClaimed(), 5_312, 0, 1);
        _audit(_asClaimed(), 0);
        vm.assertEq(_nextRecord(node).flags(), FLAG_ACTIVE);
    }

    /// A new node that claims half as much again is flagged by the first audit and excluded by the third.
    function test_aLieFlagsThenExcludes() external {
        uint256 discrepancy = 2_982; // of a compute claim of 1.5 times, beyond the tolerance of 5 %
        _audit(_asClaimed(), discrepancy);
        vm.assertEq(_nextRecord(node).flags(), FLAG_ACTIVE | FLAG_FLAGGED);
        _audit(_asClaimed(), discrepancy);
        vm.assertEq(_nextRecord(node).flags(), FLAG_ACTIVE | FLAG_FLAGGED);
        _audit(_asClaimed(), discrepancy);
        vm.assertEq(_nextRecord(node).flags(), FLAG_ACTIVE | FLAG_FLAGGED | FLAG_EXCLUDED);
    }

    function test_aFlaggedNodeRecoversByItself() external {
        _audit(_asClaimed(), 10_000);
        vm.assertEq(_nextRecord(node).flags(), FLAG_ACTIVE | FLAG_FLAGGED);
        _audit(_asClaimed(), 0);
        vm.assertEq(_nextRecord(node).flags(), FLAG_ACTIVE);
        vm.assertEq(_nextRecord(node).trustBps(), 3_750 + 390);
    }

    function test_unansweredAuditsLeaveTrustAndTheSecondInARowFlags() external {
        _audit(_unanswered(), 0);
        vm.assertEq(_nextRecord(node).flags(), FLAG_ACTIVE);
        _audit(_asClaimed(), 0);
        _audit(_unanswered(), 0);
        vm.assertEq(_nextRecord(node).flags(), FLAG_ACTIVE);
        _audit(_unanswered(), 0);
        vm.assertEq(_nextRecord(node).flags(), FLAG_ACTIVE | FLAG_FLAGGED);
        vm.assertEq(_nextRecord(node).trustBps(), 5_312);
        _audit(_asClaimed(), 0);
        vm.assertEq(_nextRecord(node).flags(), FLAG_ACTIVE);
    }

    function test_unansweredAuditsLeaveWhatWasMeasured() external {
        _audit(_asClaimed(), 0);
        _audit(_unanswered(), 0);
        vm.assertEq(_nextRecord(node).computeCode(), _claims(2).computeCode);
    }

    // Exclusion

    function test_cleanAuditsAloneDoNotReinstate() external {
        _exclude();
        for (uint256 i = 0; i < 20; ++i) {
            _audit(_asClaimed(), 0);
        }
        vm.assertGt(_nextRecord(node).trustBps(), 4_000);
        vm.assertEq(_nextRecord(node).flags(), FLAG_ACTIVE | FLAG_EXCLUDED);
    }

    function test_aRestakeAddsAStakeAndKeepsTheOldOne() external {
        uint256 stakeMicro = nodes.stakeMicroOf(node);
        _exclude();
        vm.prank(operator);
        nodes.restake(node);
        vm.assertEq(nodes.stakeMicroOf(node), 2 * stakeMicro);
        vm.assertEq(_nextRecord(node).flags() & FLAG_EXCLUDED, FLAG_EXCLUDED);
    }

    function test_aRestakeAndCleanAuditsInARowReinstate() external {
        _exclude();
        vm.prank(operator);
        nodes.restake(node);
        uint256 need = parameters.current(Parameter.cleanAuditsToReinstate);
        for (uint256 i = 1; i < need; ++i) {
            _audit(_asClaimed(), 0);
        }
        _audit(_unanswered(), 0); // the row begins anew
        for (uint256 i = 1; i < need; ++i) {
            _audit(_asClaimed(), 0);
            vm.assertEq(_nextRecord(node).flags() & FLAG_EXCLUDED, FLAG_EXCLUDED);
        }
        _audit(_asClaimed(), 0);
        vm.assertEq(_nextRecord(node).flags(), FLAG_ACTIVE);
        vm.assertGe(_nextRecord(node).trustBps(), parameters.current(Parameter.flagBelowTrustBps));
    }

    /// Reinstated, it is not flagged at once, however far down it was.
    function test_reinstatesAtTheTrustThatIsNotFlagged() external {
        vm.prank(config.timelock);
        parameters.set(Parameter.cleanAuditsToReinstate, 1);
        _skipRounds(1);
        for (uint256 i = 0; i < 40; ++i) {
            _audit(_asClaimed(), 10_000);
        }
        vm.assertEq(_nextRecord(node).trustBps(), 0);
        vm.prank(operator);
        nodes.restake(node);
        _audit(_asClaimed(), 0);
        vm.assertEq(_nextRecord(node).trustBps(), 4_000);
        vm.assertEq(_nextRecord(node).flags(), FLAG_ACTIVE);
    }

    // Steps

    function _audit(Measured memory measured, uint256 discrepancyBps) private {
        vm.prank(config.reporting);
        nodes.applyAudit(node, measured, discrepancyBps);
    }

    function _exclude() private {
        for (uint256 i = 0; i < 3; ++i) {
            _audit(_asClaimed(), 10_000);
        }
        vm.assertEq(_nextRecord(node).flags() & FLAG_EXCLUDED, FLAG_EXCLUDED);
    }

    function _asClaimed() private pure returns (Measured memory) {
        return Measured({
            answered: true,
            latencyUs: uint32(Codes.decode(120)),
            bandwidthMbps: uint32(Codes.decode(100)),
            computeMflops: uint64(Codes.decode(140) << 8)
        });
    }

    function _unanswered() private pure returns (Measured memory none) {}
}
