// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IRLPolicyManager} from "../../src/interfaces/IRLPolicyManager.sol";
import {PolicyFixture, PolicyVectors} from "../base/PolicyFixture.sol";
import {vm, bound} from "../base/Vm.sol";

contract ActivatePolicyTest is PolicyFixture {
    uint32 private _policy;

    function setUp() public override {
        super.setUp();
        _policy = _registerPolicy(PolicyVectors.POLICY_32);
    }

    // Refusals

    function test_refusesAnyoneButTheTimelock() external {
        vm.prank(voter);
        vm.expectRevert(abi.encodeWithSelector(IRLPolicyManager.OnlyTimelock.selector, voter));
        policies.activate(_policy, 0);
    }

    function test_refusesAnUnknownPolicy() external {
        vm.prank(address(timelock));
        vm.expectRevert(abi.encodeWithSelector(IRLPolicyManager.UnknownPolicy.selector, _policy + 1));
        policies.activate(_policy + 1, 0);
    }

    function test_refusesTheCurrentRound() external {
        uint32 round = _round();
        vm.prank(address(timelock));
        vm.expectRevert(abi.encodeWithSelector(IRLPolicyManager.BindsTooEarly.selector, round, round + 1));
        policies.activate(_policy, round);
    }

    // What it does

    function test_bindsFromTheNextRound() external {
        uint32 round = _round();
        vm.expectEmit(address(policies));
        emit IRLPolicyManager.PolicyActivated(_policy, policies.codeOf(_policy).codehash, round + 1);
        _activate(_policy, 0);
        _assertBinds(round, 0);
        _assertBinds(round + 1, _policy);
    }

    function test_bindsFromALaterRound() external {
        uint32 round = _round();
        _activate(_policy, round + 50);
        _skipRounds(60);
        _assertBinds(round + 49, 0);
        _assertBinds(round + 50, _policy);
        _assertBinds(round + 60, _policy);
    }

    function test_laterVoteReplacesWhatDoesNotBindYet() external {
        uint32 round = _round();
        _activate(_policy, round + 50);
        _skipRounds(1);
        _activate(0, round + 20);
        _assertBinds(round + 19, 0);
        _assertBinds(round + 50, 0);
    }

    function test_priceAloneCanBeVotedBack() external {
        uint32 round = _round();
        _activate(_policy, 0);
        _skipRounds(5);
        _activate(0, 0);
        _assertBinds(round + 5, _policy);
        _assertBinds(round + 6, 0);
    }

    /// Within the dispute window the past never changes, whatever is voted and whenever it is to bind.
    function testFuzz_10_pastPolicyNeverChanges(uint256 seed) external {
        uint32 start = _round();
        uint32[] memory bound_ = new uint32[](60);
        uint32 seen = 0;
        for (uint256 step = 0; step < 12; ++step) {
            uint256 draw = uint256(keccak256(abi.encode(seed, step)));
            uint32 fromRound = uint32(_round() + 1 + bound(draw >> 8, 0, 6));
            if (draw & 1 == 0) _activate(draw & 2 == 0 ? _policy : 0, fromRound);
            _skipRounds(uint32(bound(draw >> 16, 0, 4)));
            for (; start + seen <= _round(); ++seen) {
                (bound_[seen],) = policies.policyAt(start + seen);
            }
            for (uint32 i = 0; i < seen; ++i) {
                (uint32 now_,) = policies.policyAt(start + i);
                vm.assertEq(now_, bound_[i]);
            }
        }
    }

    function _assertBinds(uint32 round, uint32 expected) private view {
        (uint32 policy, address code) = policies.policyAt(round);
        vm.assertEq(policy, expected);
        vm.assertEq(code, policies.codeOf(expected));
    }
}
