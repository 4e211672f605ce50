// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IRLPolicyManager} from "../../src/interfaces/IRLPolicyManager.sol";
import {IntegerNetwork} from "../../src/libraries/IntegerNetwork.sol";
import {PolicyFixture, PolicyVectors} from "../base/PolicyFixture.sol";
import {vm} from "../base/Vm.sol";

contract PenaltyAtTest is PolicyFixture {
    uint16 private constant LARGEST_PENALTY = type(uint16).max;
    address private _code;
    bytes private _features = new bytes(48);

    function setUp() public override {
        super.setUp();
        uint32 policy = _registerPolicy(PolicyVectors.POLICY_32);
        _code = policies.codeOf(policy);
        _activate(policy, 0);
        _skipRounds(1);
    }

    // Refusals

    function test_refusesACallerThatCannotPayForThePolicy() external view {
        bytes memory call = abi.encodeCall(policies.penaltyAt, (_round(), _features));
        (bool answered, bytes memory returned) = address(policies).staticcall{gas: 90_000}(call);
        vm.assertFalse(answered);
        vm.assertEq(bytes32(bytes4(returned)), bytes32(IRLPolicyManager.NotEnoughGas.selector));
    }

    // What it does

    function test_isNothingUnderPriceAlone() external view {
        vm.assertEq(policies.penaltyAt(_round() - 1, _features), 0);
    }

    function testFuzz_isTheNetworkOfThePublishedWeights(bytes32 first, bytes16 second) external view {
        bytes memory features = abi.encodePacked(first, second);
        bytes memory weights = PolicyVectors.read(PolicyVectors.POLICY_32).weights;
        vm.assertEq(policies.penaltyAt(_round(), features), IntegerNetwork.evaluate(weights, features));
    }

    function test_isTheLargestWhereThePolicyReverts() external {
        _assertLargest(hex"5f5ffd");
    }

    function test_isTheLargestWhereThePolicyReturnsNoWord() external {
        _assertLargest(hex"60015f52601f5ff3");
        _assertLargest(hex"60015f5260405ff3");
        _assertLargest(hex"00");
    }

    function test_isTheLargestWhereThePolicyReturnsMore() external {
        _assertLargest(hex"620100005f5260205ff3");
    }

    function test_isTheLargestWhereThePolicyBurnsMoreThanItsCap() external {
        _assertLargest(hex"5b5f56"); // for ever
        vm.assertLt(_gasOfPenalty(), 130_000);
    }

    function _assertLargest(bytes memory code) private {
        vm.etch(_code, code);
        vm.assertEq(policies.penaltyAt(_round(), _features), LARGEST_PENALTY);
    }

    function _gasOfPenalty() private view returns (uint256) {
        uint256 before = gasleft();
        policies.penaltyAt(_round(), _features);
        return before - gasleft();
    }
}
