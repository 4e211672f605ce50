// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IRLPolicyManager} from "../../src/interfaces/IRLPolicyManager.sol";
import {IntegerNetwork} from "../../src/libraries/IntegerNetwork.sol";
import {PolicyFixture, PolicyVectors} from "../base/PolicyFixture.sol";
import {vm} from "../base/Vm.sol";

contract RegisterPolicyTest is PolicyFixture {
    uint256 private constant LARGEST_PENALTY = 65_535;
    PolicyVectors.Compiled private _good;

    function setUp() public override {
        super.setUp();
        _good = PolicyVectors.read(PolicyVectors.POLICY_32);
    }

    // Refusals

    function test_refusesNoCode() external {
        vm.expectRevert(abi.encodeWithSelector(IRLPolicyManager.BadCodeSize.selector, 0));
        policies.register("", _good.weights);
    }

    function test_refusesMoreCodeThanAContractHolds() external {
        bytes memory code = new bytes(24_577);
        vm.expectRevert(abi.encodeWithSelector(IRLPolicyManager.BadCodeSize.selector, 24_577));
        policies.register(code, _good.weights);
    }

    function test_refusesAForbiddenOpcodeAndSaysWhere() external {
        bytes memory code = bytes.concat(_good.code, hex"42");
        vm.expectRevert(
            abi.encodeWithSelector(IRLPolicyManager.ForbiddenOpcode.selector, 0x42, _good.code.length)
        );
        policies.register(code, _good.weights);
    }

    function test_refusesMalformedWeights() external {
        bytes memory weights = bytes.concat(_good.weights, hex"00");
        vm.expectRevert(
            abi.encodeWithSelector(IRLPolicyManager.BadWeights.selector, "length", weights.length)
        );
        policies.register(_good.code, weights);
    }

    function test_refusesCodeOfAnotherNetwork() external {
        bytes memory weights = _good.weights;
        uint256 b3 = 4 + 28 * 32 + 36 * 32;
        weights[b3 + 1] ^= 0x04; // one bit of the output's bias
        bytes memory features = _checkVector(_good.code, weights, 0);
        uint256 byCode = IntegerNetwork.evaluate(_good.weights, features);
        uint256 byWeights = IntegerNetwork.evaluate(weights, features);
        _expectMismatch(byCode, byWeights);
        policies.register(_good.code, weights);
    }

    function test_refusesCodeThatFailsAsTheLargestPenalty() external {
        bytes memory code = hex"50"; // POP of an empty stack
        _expectMismatch(
            LARGEST_PENALTY, IntegerNetwork.evaluate(_good.weights, _checkVector(code, _good.weights, 0))
        );
        policies.register(code, _good.weights);
    }

    /// Whoever knows the check vectors can publish weights that agree with any code on them. They follow from the weights as
    /// well, so nobody knows them before the weights are what they are.
    function test_refusesWeightsFittedToWhatTheCodeAloneDetermines() external {
        bytes memory nothing = hex"5f5f5260205ff3"; // always 0
        bytes memory weights = _onlyAbove(_tops(keccak256(nothing)));
        vm.expectPartialRevert(IRLPolicyManager.CodeDoesNotMatchWeights.selector);
        policies.register(nothing, weights);
    }

    function test_refusesAPenaltyThatRisesWithPriority() external {
        PolicyVectors.Compiled memory raising = PolicyVectors.read(PolicyVectors.PRIORITY_RAISES_8);
        vm.expectRevert(abi.encodeWithSelector(IRLPolicyManager.PriorityRaisesPenalty.selector, 0, 0, 64));
        policies.register(raising.code, raising.weights);
    }

    function test_refusesTheSameCodeTwice() external {
        policies.register(_good.code, _good.weights);
        vm.expectRevert(
            abi.encodeWithSelector(IRLPolicyManager.AlreadyRegistered.selector, keccak256(_good.code), 1)
        );
        policies.register(_good.code, _good.weights);
    }

    // What it does

    function test_deploysTheCodeUnderItsHash() external {
        vm.expectEmit(address(policies));
        address predicted = vm.computeCreateAddress(address(policies), 1);
        bytes32 codeHash = keccak256(_good.code);
        emit IRLPolicyManager.PolicyRegistered(1, outsider, predicted, codeHash, 32, _good.weights);
        vm.prank(outsider);
        uint32 policy = policies.register(_good.code, _good.weights);

        vm.assertEq(policy, 1);
        vm.assertEq(policies.policyCount(), 1);
        vm.assertEq(policies.idOf(codeHash), policy);
        vm.assertEq(policies.codeOf(policy), predicted);
        vm.assertEq(predicted.codehash, codeHash);
    }

    function test_changesNothingThatBinds() external {
        policies.register(_good.code, _good.weights);
        (uint32 policy,) = policies.policyAt(_round() + 1);
        vm.assertEq(policy, 0);
    }

    function test_fitsATransactionWith10MGas() external {
        bytes memory call = abi.encodeCall(policies.register, (_good.code, _good.weights));
        uint256 before = gasleft();
        policies.register(_good.code, _good.weights);
        vm.assertLt(before - gasleft() + 21_000 + 16 * call.length, 10_000_000);
    }

    function test_ofTheWidestShapeFitsATransaction() external {
        PolicyVectors.Compiled memory widest = PolicyVectors.read(PolicyVectors.POLICY_64);
        bytes memory call = abi.encodeCall(policies.register, (widest.code, widest.weights));
        uint256 before = gasleft();
        policies.register(widest.code, widest.weights);
        vm.assertLt(before - gasleft() + 21_000 + 16 * call.length, 16_777_216);
    }

    /// @dev As docs/PROTOCOL.md words it.
    function _checkVector(bytes memory code, bytes memory weights, uint256 i)
        private
        pure
        returns (bytes memory features)
    {
        bytes memory drawn = _drawn(keccak256(abi.encode(keccak256(code), keccak256(weights))), i);
        for (uint256 f = 0; f < 24; ++f) {
            uint16 x = uint16(uint8(drawn[2 * f])) << 8 | uint8(drawn[2 * f + 1]);
            features = bytes.concat(features, bytes2(x % 1024));
        }
    }

    function _drawn(bytes32 seed, uint256 i) private pure returns (bytes memory) {
        return
            bytes.concat(
                keccak256(abi.encode(seed, i, uint256(0))), keccak256(abi.encode(seed, i, uint256(1)))
            );
    }

    /// @dev The largest of each feature in vectors that are drawn from the code's hash alone.
    function _tops(bytes32 codeHash) private pure returns (uint16[24] memory tops) {
        for (uint256 i = 0; i < 8; ++i) {
            bytes memory drawn = _drawn(codeHash, i);
            for (uint256 f = 0; f < 24; ++f) {
                uint16 x = (uint16(uint8(drawn[2 * f])) << 8 | uint8(drawn[2 * f + 1])) % 1024;
                if (x > tops[f]) tops[f] = x;
            }
        }
    }

    /// @dev Weights of 24 hidden units: the sum of what each feature is above its top.
    function _onlyAbove(uint16[24] memory tops) private pure returns (bytes memory weights) {
        weights = new bytes(4 + 28 * 24 + 28 * 24 + 4 + 24);
        weights[0] = bytes1(uint8(24));
        for (uint256 f = 0; f < 24; ++f) {
            bytes4 bias = bytes4(uint32(-int32(uint32(tops[f]))));
            for (uint256 b = 0; b < 4; ++b) {
                weights[4 + 4 * f + b] = bias[b];
            }
            weights[4 + 4 * 24 + 25 * f] = 0x01; // W1 and W2 are the identity
            weights[4 + 28 * 24 + 4 * 24 + 25 * f] = 0x01;
            weights[4 + 2 * 28 * 24 + 4 + f] = 0x01;
        }
    }

    function _expectMismatch(uint256 byCode, uint256 byWeights) private {
        vm.expectRevert(
            abi.encodeWithSelector(IRLPolicyManager.CodeDoesNotMatchWeights.selector, 0, byCode, byWeights)
        );
    }
}
