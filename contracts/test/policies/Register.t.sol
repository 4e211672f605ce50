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
        bytes memory features = _checkVector(keccak256(_good.code), 0);
        uint256 byCode = IntegerNetwork.evaluate(_good.weights, features);
        uint256 byWeights = IntegerNetwork.evaluate(weights, features);
        _expectMismatch(byCode, byWeights);
        policies.register(_good.code, weights);
    }

    function test_refusesCodeThatFailsAsTheLargestPenalty() external {
        bytes memory code = hex"50"; // POP of an empty stack
        _expectMismatch(
            LARGEST_PENALTY, IntegerNetwork.evaluate(_good.weights, _checkVector(keccak256(code), 0))
        );
        policies.register(code, _good.weights);
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
    function _checkVector(bytes32 codeHash, uint256 i) private pure returns (bytes memory features) {
        bytes memory drawn = bytes.concat(
            keccak256(abi.encode(codeHash, i, uint256(0))), keccak256(abi.encode(codeHash, i, uint256(1)))
        );
        for (uint256 f = 0; f < 24; ++f) {
            uint16 x = uint16(uint8(drawn[2 * f])) << 8 | uint8(drawn[2 * f + 1]);
            features = bytes.concat(features, bytes2(x % 1024));
        }
    }

    function _expectMismatch(uint256 byCode, uint256 byWeights) private {
        vm.expectRevert(
            abi.encodeWithSelector(IRLPolicyManager.CodeDoesNotMatchWeights.selector, 0, byCode, byWeights)
        );
    }
}
