// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IComputeNodes} from "../../src/interfaces/IComputeNodes.sol";
import {ITruthfulReporting} from "../../src/interfaces/ITruthfulReporting.sol";
import {Parameter} from "../../src/generated/ParameterTable.sol";
import {Codes} from "../../src/libraries/Codes.sol";
import {LedgerLines} from "../../src/types/LedgerLines.sol";
import {NodeRecords} from "../../src/types/NodeRecordLib.sol";
import {Claims, NodeRecord, FLAG_EXCLUDED, FLAG_FLAGGED} from "../../src/types/Types.sol";
import {ReportingFixture} from "../base/ReportingFixture.sol";
import {vm, bound} from "../base/Vm.sol";

contract CloseAuditsTest is ReportingFixture {
    using NodeRecords for NodeRecord;

    uint256 private constant INITIAL_TRUST = 5_000;
    uint32 private _node;

    function setUp() public override {
        super.setUp();
        _node = _register(4);
    }

    // Refusals

    function test_refusesAnEpochThatIsNotOver() external {
        uint32 epoch = reporting.currentEpoch();
        _toRevealPhase();
        vm.expectRevert(abi.encodeWithSelector(ITruthfulReporting.WrongPhase.selector, epoch, _round()));
        _close(_node, epoch);
    }

    function test_refusesASecondTime() external {
        uint32 epoch = reporting.currentEpoch();
        _audit(_asClaimed(_node), 3);
        vm.expectRevert(abi.encodeWithSelector(ITruthfulReporting.AlreadyClosed.selector, _node, epoch));
        _close(_node, epoch);
    }

    /// What was measured long ago must not take the place of what was measured since.
    function test_refusesAnEpochBeforeOneThatCounted() external {
        uint32 earlier = reporting.currentEpoch();
        _measure(_three(_asClaimed(_node)));
        ITruthfulReporting.Measurement memory slower = _asClaimed(_node);
        slower.bandwidthMbps /= 2;
        _audit(slower, 3);
        vm.expectRevert(abi.encodeWithSelector(ITruthfulReporting.AlreadyClosed.selector, _node, earlier));
        _close(_node, earlier);
    }

    function test_refusesAnEpochBeforeTheNodeWas() external {
        uint32 epoch = reporting.currentEpoch();
        ITruthfulReporting.Measurement memory foretold = _asClaimed(_node);
        foretold.node = _node + 1;
        _measure(_three(foretold));
        _register(4);
        vm.expectRevert(abi.encodeWithSelector(IComputeNodes.UnknownNode.selector, _node + 1));
        _close(_node + 1, epoch);
    }

    function test_refusesAnUnknownNode() external {
        uint32 epoch = reporting.currentEpoch() - 1;
        vm.expectRevert(abi.encodeWithSelector(IComputeNodes.UnknownNode.selector, _node + 1));
        _close(_node + 1, epoch);
    }

    // What counts

    function test_belowTheQuorumCountsForNothing() external {
        NodeRecord before = _nextRecord(_node);
        uint32 epoch = reporting.currentEpoch();
        ITruthfulReporting.Measurement[] memory seen = new ITruthfulReporting.Measurement[](2);
        seen[0] = _unanswered(_node);
        seen[1] = _unanswered(_node);
        _measure(seen);
        vm.expectEmit(address(reporting));
        emit ITruthfulReporting.AuditClosed(_node, epoch, 2, 0, uint16(INITIAL_TRUST), uint16(INITIAL_TRUST));
        _close(_node, epoch);
        vm.assertEq(NodeRecord.unwrap(_nextRecord(_node)), NodeRecord.unwrap(before));

        // ... not even as one of two in a row.
        _audit(_unanswered(_node), 3);
        vm.assertFalse(_has(_node, FLAG_FLAGGED));
    }

    function test_nobodyCameCountsForNothing() external {
        _toNextEpoch();
        _close(_node, reporting.currentEpoch() - 1);
        vm.assertEq(_trust(_node), INITIAL_TRUST);
    }

    /// Nor does closing an epoch in which nobody measured pass over one in which somebody did.
    function test_anEpochThatNobodyMeasuredHidesNoneBeforeIt() external {
        uint32 epoch = reporting.currentEpoch();
        _measure(_three(_half(_asClaimed(_node))));
        _toNextEpoch();
        _close(_node, epoch + 1);
        _close(_node, epoch);
        vm.assertEq(_trust(_node), 3_750);
    }

    /// A claim that was caught is not taken back, neither while it is measured nor before the audit is closed.
    function test_aLoweredClaimSavesNoTrust() external {
        _toNextEpoch();
        uint32 epoch = reporting.currentEpoch();
        ITruthfulReporting.Measurement memory seen = _half(_asClaimed(_node));
        _toRound(_round() + 1);
        for (uint256 i = 0; i < 3; ++i) {
            _commit(auditors[i], _only(seen));
        }
        _claimCompute(124); // half of what it claimed
        _toRevealPhase();
        for (uint256 i = 0; i < 3; ++i) {
            _reveal(auditors[i], _only(seen));
        }
        _toNextEpoch();
        _claimCompute(123);
        _close(_node, epoch);
        vm.assertEq(_trust(_node), 3_750);
    }

    function test_aNodeIsHeldToWhatItRegisteredWithInItsFirstEpoch() external {
        uint32 epoch = reporting.currentEpoch();
        ITruthfulReporting.Measurement memory seen = _half(_asClaimed(_node));
        _claimCompute(124);
        _measure(_three(seen));
        _close(_node, epoch);
        vm.assertEq(_trust(_node), 3_750);
    }

    /// From the next epoch on it is held to the claim that it lowered, and no longer to the one before.
    function test_anHonestCorrectionCountsFromTheNextEpoch() external {
        ITruthfulReporting.Measurement memory seen = _half(_asClaimed(_node));
        _claimCompute(124);
        _toNextEpoch();
        _audit(seen, 3);
        vm.assertGt(_trust(_node), INITIAL_TRUST);
    }

    function test_minorityOfLiarsMovesNothing() external {
        ITruthfulReporting.Measurement[] memory seen = new ITruthfulReporting.Measurement[](5);
        for (uint256 i = 0; i < 5; ++i) {
            seen[i] = _asClaimed(_node);
        }
        seen[1].computeMflops = 0;
        seen[1].latencyUs = type(uint32).max;
        seen[3].computeMflops = type(uint64).max;
        seen[3].bandwidthMbps = 0;
        _close(_node, _measure(seen));
        vm.assertGt(_trust(_node), INITIAL_TRUST);
        vm.assertEq(_nextRecord(_node).computeCode(), nodes.claimsOf(_node).computeCode);
        vm.assertEq(_nextRecord(_node).latencyCode(), nodes.claimsOf(_node).latencyCode);
    }

    function test_ofAnEvenNumberTheMedianIsTheWorse() external {
        ITruthfulReporting.Measurement[] memory seen = new ITruthfulReporting.Measurement[](4);
        for (uint256 i = 0; i < 4; ++i) {
            seen[i] = _asClaimed(_node);
            seen[i].bandwidthMbps = uint32(Codes.decode(uint8(60 + i)));
            seen[i].latencyUs = uint32(Codes.decode(uint8(130 + i)));
        }
        _close(_node, _measure(seen));
        vm.assertEq(_nextRecord(_node).bandwidthCode(), 61);
        vm.assertEq(_nextRecord(_node).latencyCode(), 132);
    }

    // What follows

    function test_matchNeverUsesMoreThanWasMeasured() external {
        vm.assertEq(_nextRecord(_node).computeCode(), nodes.gpuClass(0).floorComputeCode);
        ITruthfulReporting.Measurement memory seen = _asClaimed(_node);
        seen.computeMflops = seen.computeMflops * 98 / 100; // within tolerance, and yet it binds
        _audit(seen, 3);
        vm.assertEq(_nextRecord(_node).computeCode(), Codes.codeFloor(uint256(seen.computeMflops) >> 8));
        vm.assertGt(_trust(_node), INITIAL_TRUST);
    }

    /// Noise that every measurement has, for better or worse, never costs trust.
    function testFuzz_honestNodesAreNeverFlagged(uint256 seed) external {
        uint256 trust = INITIAL_TRUST;
        for (uint256 audit = 0; audit < 6; ++audit) {
            ITruthfulReporting.Measurement[] memory seen = new ITruthfulReporting.Measurement[](3);
            for (uint256 i = 0; i < 3; ++i) {
                uint256 noise = uint256(keccak256(abi.encode(seed, audit, i)));
                seen[i] = _asClaimed(_node);
                seen[i].latencyUs = uint32(seen[i].latencyUs * bound(noise, 90, 120) / 100);
                seen[i].bandwidthMbps = uint32(seen[i].bandwidthMbps * bound(noise >> 64, 91, 120) / 100);
                seen[i].computeMflops = uint64(seen[i].computeMflops * bound(noise >> 128, 96, 110) / 100);
            }
            _close(_node, _measure(seen));
            vm.assertGt(_trust(_node), trust);
            vm.assertFalse(_has(_node, FLAG_FLAGGED));
            trust = _trust(_node);
        }
    }

    function test_twiceTheComputeIsFlaggedAtOnceAndExcludedAtTheThird() external {
        ITruthfulReporting.Measurement memory seen = _half(_asClaimed(_node));
        uint32 epoch = reporting.currentEpoch();
        _measure(_three(seen));
        vm.expectEmit(address(reporting));
        emit ITruthfulReporting.AuditClosed(_node, epoch, 3, 4_736, 5_000, 3_750);
        _close(_node, epoch);
        vm.assertTrue(_has(_node, FLAG_FLAGGED));
        vm.assertFalse(_has(_node, FLAG_EXCLUDED));

        _audit(seen, 3);
        vm.assertFalse(_has(_node, FLAG_EXCLUDED));
        _audit(seen, 3);
        vm.assertTrue(_has(_node, FLAG_EXCLUDED));
    }

    function test_twiceUnansweredIsFlaggedAndAnsweringHeals() external {
        _audit(_unanswered(_node), 3);
        vm.assertFalse(_has(_node, FLAG_FLAGGED));
        _audit(_unanswered(_node), 3);
        vm.assertTrue(_has(_node, FLAG_FLAGGED));
        vm.assertEq(_trust(_node), INITIAL_TRUST);
        _audit(_asClaimed(_node), 3);
        vm.assertFalse(_has(_node, FLAG_FLAGGED));
    }

    function test_closesManyNodesAtOnce() external {
        uint32[] memory list = new uint32[](3);
        ITruthfulReporting.Measurement[] memory seen = new ITruthfulReporting.Measurement[](3);
        for (uint256 i = 0; i < 3; ++i) {
            list[i] = i == 0 ? _node : _register(1);
            seen[i] = _asClaimed(list[i]);
        }
        uint32 epoch = reporting.currentEpoch();
        for (uint256 i = 0; i < 3; ++i) {
            _commit(auditors[i], seen);
        }
        _toRevealPhase();
        for (uint256 i = 0; i < 3; ++i) {
            _reveal(auditors[i], seen);
        }
        _toNextEpoch();
        reporting.closeAudits(epoch, list);
        for (uint256 i = 0; i < 3; ++i) {
            vm.assertGt(_trust(list[i]), INITIAL_TRUST);
        }
    }

    // What auditors are paid

    function test_paysEachMeasurementThatCounted() external {
        _fillPool(100 * ONE);
        uint256 reward = parameters.current(Parameter.auditRewardMicro);
        ITruthfulReporting.Measurement[] memory seen = new ITruthfulReporting.Measurement[](4);
        (seen[0], seen[1], seen[2]) = (_asClaimed(_node), _asClaimed(_node), _asClaimed(_node));
        seen[3] = _unanswered(_node); // against the majority: does not count
        _close(_node, _measure(seen));
        for (uint256 i = 0; i < 3; ++i) {
            vm.assertEq(_earned(i), reward);
        }
        vm.assertEq(_earned(3), 0);
        vm.assertEq(_pool(), 100 * ONE - 3 * reward);
    }

    function test_paysInTheOrderOfTheRevealsWhileThePoolLasts() external {
        uint256 reward = parameters.current(Parameter.auditRewardMicro);
        _fillPool(2 * reward + 1);
        _audit(_asClaimed(_node), 3);
        vm.assertEq(_earned(0), reward);
        vm.assertEq(_earned(1), reward);
        vm.assertEq(_earned(2), 0);
        vm.assertEq(_pool(), 1);
    }

    function test_paysNothingBelowTheQuorum() external {
        _fillPool(100 * ONE);
        _audit(_asClaimed(_node), 2);
        vm.assertEq(_pool(), 100 * ONE);
    }

    function _claimCompute(uint8 computeCode) private {
        Claims memory claims = nodes.claimsOf(_node);
        claims.computeCode = computeCode;
        vm.prank(operator);
        nodes.setClaims(_node, claims);
    }

    function _half(ITruthfulReporting.Measurement memory seen)
        private
        pure
        returns (ITruthfulReporting.Measurement memory)
    {
        seen.computeMflops /= 2;
        return seen;
    }

    function _three(ITruthfulReporting.Measurement memory seen)
        private
        pure
        returns (ITruthfulReporting.Measurement[] memory all)
    {
        all = new ITruthfulReporting.Measurement[](3);
        (all[0], all[1], all[2]) = (seen, seen, seen);
    }

    function _fillPool(uint256 amountMicro) private {
        vm.prank(address(reporting));
        vault.move(LedgerLines.available(client), LedgerLines.auditorPool(), amountMicro);
    }

    function _pool() private view returns (uint256) {
        return vault.balanceMicro(LedgerLines.auditorPool());
    }

    function _earned(uint256 auditor) private view returns (uint256) {
        return vault.availableMicro(auditors[auditor]) + AUDITOR_STAKE - FUNDS_MICRO;
    }
}
