// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @notice Buckets: a metric as an 8-bit code, 16 to the octave, from 16 to 1,015,808. See docs/PROTOCOL.md.
library Codes {
    uint256 internal constant LOWEST = 16;
    uint256 internal constant HIGHEST = 31 << 15;

    error BelowLowestCode(uint256 value, uint256 lowest);
    error AboveHighestCode(uint256 value, uint256 highest);

    /// @notice The value that stands for `code`.
    function decode(uint8 code) internal pure returns (uint256) {
        return (16 | (uint256(code) & 15)) << (code >> 4);
    }

    /// @notice The largest code whose value is at most `value`: for claims that are better when more.
    function codeFloor(uint256 value) internal pure returns (uint8) {
        require(value >= LOWEST, BelowLowestCode(value, LOWEST));
        if (value >= HIGHEST) return type(uint8).max;
        uint256 shift = Math.log2(value) - 4;
        return uint8((shift << 4) | ((value >> shift) & 15));
    }

    /// @notice The smallest code whose value is at least `value`: for claims that are better when less, and for needs.
    function codeCeil(uint256 value) internal pure returns (uint8) {
        require(value <= HIGHEST, AboveHighestCode(value, HIGHEST));
        uint8 code = codeFloor(value);
        return decode(code) < value ? code + 1 : code;
    }

    /// @notice codeFloor of a measurement, which may lie below the lowest code.
    function codeFloorClamped(uint256 value) internal pure returns (uint8) {
        return codeFloor(Math.max(value, LOWEST));
    }

    /// @notice codeCeil of a measurement, which may lie outside of the codes on either side.
    function codeCeilClamped(uint256 value) internal pure returns (uint8) {
        return codeCeil(Math.min(Math.max(value, LOWEST), HIGHEST));
    }

    /// @notice 16 times the logarithm to base 2, linear between powers of two; 0 for 0.
    function lg16(uint256 value) internal pure returns (uint256) {
        if (value == 0) return 0;
        uint256 exponent = Math.log2(value);
        uint256 mantissa;
        unchecked {
            mantissa = exponent >= 4 ? value >> (exponent - 4) : value << (4 - exponent);
        }
        return (exponent << 4) | (mantissa & 15);
    }
}
