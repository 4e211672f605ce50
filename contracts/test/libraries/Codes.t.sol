// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Codes} from "../../src/libraries/Codes.sol";
import {vm, bound} from "../base/Vm.sol";

contract CodesTest {
    function floorOf(uint256 value) external pure returns (uint8) {
        return Codes.codeFloor(value);
    }

    function ceilOf(uint256 value) external pure returns (uint8) {
        return Codes.codeCeil(value);
    }

    function testFuzz_refusesValuesBelowTheLowestCode(uint256 value) external {
        value = bound(value, 0, 15);
        vm.expectRevert(abi.encodeWithSelector(Codes.BelowLowestCode.selector, value, 16));
        this.floorOf(value);
        vm.expectRevert(abi.encodeWithSelector(Codes.BelowLowestCode.selector, value, 16));
        this.ceilOf(value);
    }

    function testFuzz_refusesToRoundUpBeyondTheHighestCode(uint256 value) external {
        value = bound(value, 1_015_809, type(uint256).max);
        vm.expectRevert(abi.encodeWithSelector(Codes.AboveHighestCode.selector, value, 1_015_808));
        this.ceilOf(value);
        vm.assertEq(Codes.codeFloor(value), 255);
    }

    function test_everyCodeIsItsOwnFloorAndCeiling() external pure {
        for (uint256 code = 0; code < 256; ++code) {
            uint256 value = Codes.decode(uint8(code));
            vm.assertEq(Codes.codeFloor(value), code);
            vm.assertEq(Codes.codeCeil(value), code);
            if (code > 0) vm.assertGt(value, Codes.decode(uint8(code - 1)));
        }
        vm.assertEq(Codes.decode(0), 16);
        vm.assertEq(Codes.decode(255), 1_015_808);
    }

    function testFuzz_aValueLiesBetweenItsFloorAndItsCeiling(uint256 value) external pure {
        value = bound(value, 16, 1_015_808);
        uint8 low = Codes.codeFloor(value);
        uint8 high = Codes.codeCeil(value);
        vm.assertLe(Codes.decode(low), value);
        vm.assertGe(Codes.decode(high), value);
        vm.assertLe(high - low, 1);
    }

    function testFuzz_aMeasurementAlwaysHasACode(uint256 value) external pure {
        uint8 low = Codes.codeFloorClamped(value);
        uint8 high = Codes.codeCeilClamped(value);
        if (value < 16) vm.assertEq(uint256(low) + high, 0);
        if (value > 1_015_808) vm.assertEq(uint256(low) + high, 510);
    }

    function test_lg16() external pure {
        uint16[10] memory values = [0, 1, 2, 3, 4, 15, 16, 17, 31, 1_024];
        uint8[10] memory expected = [0, 0, 16, 24, 32, 62, 64, 65, 79, 160];
        for (uint256 i = 0; i < values.length; ++i) {
            vm.assertEq(Codes.lg16(values[i]), expected[i]);
        }
        vm.assertEq(Codes.lg16(type(uint256).max), 4_095);
    }

    function testFuzz_lg16Rises(uint256 a, uint256 b) external pure {
        (a, b) = a < b ? (a, b) : (b, a);
        vm.assertLe(Codes.lg16(a), Codes.lg16(b));
    }

    /// A code and the logarithm of its value are the same thing, 64 apart.
    function testFuzz_lg16OfACodesValue(uint8 code) external pure {
        vm.assertEq(Codes.lg16(Codes.decode(code)), uint256(code) + 64);
    }
}
