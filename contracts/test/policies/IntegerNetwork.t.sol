// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IRLPolicyManager} from "../../src/interfaces/IRLPolicyManager.sol";
import {IntegerNetwork} from "../../src/libraries/IntegerNetwork.sol";
import {PolicyCode} from "../../src/libraries/PolicyCode.sol";
import {PolicyVectors} from "../base/PolicyFixture.sol";
import {vm, bound} from "../base/Vm.sol";

/// @notice The network of published weights, and that compiled code is that network.
contract IntegerNetworkTest {
    address[] private _codes;
    bytes[] private _weights;

    function setUp() external {
        for (uint256 i = 0; i < PolicyVectors.COUNT; ++i) {
            PolicyVectors.Compiled memory compiled = PolicyVectors.read(i);
            _codes.push(PolicyCode.deploy(compiled.code));
            _weights.push(compiled.weights);
        }
    }

    // Refusals

    function test_refusesNothing() external {
        _expectBadWeights("length", 0);
        this.check("");
    }

    function test_refusesHiddenUnitsThatAreNoMultipleOf8() external {
        bytes memory weights = _weights[0];
        weights[0] = 0x0c;
        _expectBadWeights("hidden", 12);
        this.check(weights);
    }

    function test_refusesMoreThan64HiddenUnits() external {
        bytes memory weights = _weights[0];
        weights[0] = 0x48;
        _expectBadWeights("hidden", 72);
        this.check(weights);
    }

    function test_refusesAByteTooMany() external {
        bytes memory weights = bytes.concat(_weights[0], hex"00");
        _expectBadWeights("length", weights.length);
        this.check(weights);
    }

    function test_refusesAShiftAbove24() external {
        string[3] memory names = ["s1", "s2", "s3"];
        for (uint256 i = 0; i < 3; ++i) {
            bytes memory weights = _weights[0];
            weights[1 + i] = 0x19;
            _expectBadWeights(names[i], 25);
            this.check(weights);
        }
    }

    function test_refusesABiasOutOfBounds() external {
        _refusesBias("b1", 4 + 4 * 7, 2 ** 20);
        _refusesBias("b2", 4 + 28 * 8, 2 ** 16);
        _refusesBias("b3", 4 + 28 * 8 + 12 * 8, 2 ** 20);
    }

    // What it does

    function test_takesWhatTheCompilerPublishes() external view {
        for (uint256 i = 0; i < PolicyVectors.COUNT; ++i) {
            vm.assertEq(this.check(_weights[i]), uint8(_weights[i][0]));
        }
    }

    function test_compiledCodeIsTheNetworkAtTheExtremes() external view {
        int16[5] memory extremes = [type(int16).min, -1, int16(0), 1, type(int16).max];
        for (uint256 e = 0; e < extremes.length; ++e) {
            bytes memory features;
            for (uint256 j = 0; j < 24; ++j) {
                features = bytes.concat(features, bytes2(uint16(extremes[e])));
            }
            _assertCodeIsNetwork(features);
        }
    }

    function testFuzz_09_compiledCodeIsTheNetwork(bytes32 first, bytes16 second) external view {
        _assertCodeIsNetwork(abi.encodePacked(first, second));
    }

    function testFuzz_09_compiledCodeIsTheNetworkOnMixedExtremes(uint24 which) external view {
        bytes memory features;
        for (uint256 j = 0; j < 24; ++j) {
            features = bytes.concat(features, which >> j & 1 == 1 ? bytes2(0x8000) : bytes2(0x7fff));
        }
        _assertCodeIsNetwork(features);
    }

    function testFuzz_smallFeaturesToo(uint256 seed) external view {
        _assertCodeIsNetwork(_features(seed, 511));
    }

    function test_outputsOfTheVectorsMove() external view {
        for (uint256 i = 0; i < 4; ++i) {
            uint256 low = IntegerNetwork.evaluate(_weights[i], _features(0, 511));
            uint256 differing = 0;
            for (uint256 seed = 1; seed <= 20; ++seed) {
                if (IntegerNetwork.evaluate(_weights[i], _features(seed, 511)) != low) ++differing;
            }
            vm.assertGt(differing, 10);
        }
    }

    function test_costs() external view {
        bytes memory features = new bytes(48);
        address code = _codes[PolicyVectors.POLICY_32];
        (bool warm,) = code.staticcall(features);
        uint256 before = gasleft();
        (bool answered,) = code.staticcall(features);
        vm.assertLe(before - gasleft(), 6_000, "gas of a policy call");
        vm.assertTrue(warm && answered);

        bytes memory weights = _weights[PolicyVectors.POLICY_32];
        before = gasleft();
        IntegerNetwork.evaluate(weights, features);
        vm.assertLe(before - gasleft(), 250_000, "gas of the plain network");
    }

    function check(bytes memory weights) external pure returns (uint8) {
        return IntegerNetwork.check(weights);
    }

    function _assertCodeIsNetwork(bytes memory features) private view {
        for (uint256 i = 0; i < PolicyVectors.COUNT; ++i) {
            (bool answered, bytes memory returned) = _codes[i].staticcall(features);
            vm.assertTrue(answered && returned.length == 32);
            vm.assertEq(
                abi.decode(returned, (uint256)),
                IntegerNetwork.evaluate(_weights[i], features),
                vm.toString(i)
            );
        }
    }

    function _features(uint256 seed, uint256 largest) private pure returns (bytes memory features) {
        for (uint256 j = 0; j < 24; ++j) {
            uint256 value = bound(uint256(keccak256(abi.encode(seed, j))), 0, largest);
            features = bytes.concat(features, bytes2(uint16(value)));
        }
    }

    function _refusesBias(string memory name, uint256 offset, int32 bias) private {
        for (int32 sign = -1; sign <= 1; sign += 2) {
            bytes memory weights = _weights[0];
            bytes4 bytes_ = bytes4(uint32(sign * bias));
            for (uint256 i = 0; i < 4; ++i) {
                weights[offset + i] = bytes_[i];
            }
            _expectBadWeights(name, uint256(uint32(bias)));
            this.check(weights);
        }
    }

    function _expectBadWeights(string memory what, uint256 value) private {
        vm.expectRevert(abi.encodeWithSelector(IRLPolicyManager.BadWeights.selector, what, value));
    }
}
