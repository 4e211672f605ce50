// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IRLPolicyManager} from "../interfaces/IRLPolicyManager.sol";

/// @notice The integer network 24-H-H-1 read from its published weights, plainly: the definition that compiled
/// code is held to. Layout and bounds are in docs/PROTOCOL.md, "The integer network".
library IntegerNetwork {
    uint256 internal constant FEATURES = 24;
    uint256 internal constant FEATURE_BYTES = 2 * FEATURES;
    uint256 internal constant MAX_HIDDEN = 64;
    uint256 private constant MAX_SHIFT = 24;
    uint256 private constant B1_BOUND = 2 ** 20;
    uint256 private constant B2_BOUND = 2 ** 16;
    uint256 private constant B3_BOUND = 2 ** 20;

    /// @notice Refuses weights of a wrong shape or out of bounds; gives the units of a hidden layer.
    /// @dev The bound on a unit's sum, |b| + sum |w| xmax < 2^31, follows from these: 24 int8 weights on int16
    /// features stay below 2^27, 64 on 8-bit activations below 2^22.
    function check(bytes memory weights) internal pure returns (uint8) {
        require(weights.length != 0, IRLPolicyManager.BadWeights("length", 0));
        uint256 hidden = uint8(weights[0]);
        require(
            hidden != 0 && hidden <= MAX_HIDDEN && hidden % 8 == 0,
            IRLPolicyManager.BadWeights("hidden", hidden)
        );
        require(weights.length == _length(hidden), IRLPolicyManager.BadWeights("length", weights.length));
        _requireShift("s1", uint8(weights[1]));
        _requireShift("s2", uint8(weights[2]));
        _requireShift("s3", uint8(weights[3]));
        uint256 b1 = 4;
        uint256 b2 = b1 + (4 + FEATURES) * hidden;
        uint256 b3 = b2 + (4 + hidden) * hidden;
        _requireBiases("b1", weights, b1, hidden, B1_BOUND);
        _requireBiases("b2", weights, b2, hidden, B2_BOUND);
        _requireBiases("b3", weights, b3, 1, B3_BOUND);
        return uint8(hidden);
    }

    /// @notice The penalty of 24 packed features under weights that passed `check`.
    function evaluate(bytes memory weights, bytes memory features) internal pure returns (uint16) {
        uint256 hidden = uint8(weights[0]);
        uint256 x = _unpack(features);
        uint256 y1 = _allocate(hidden);
        uint256 y2 = _allocate(hidden);
        uint256 tensors;
        assembly ("memory-safe") {
            tensors := add(weights, 36)
        }
        tensors = _layer(x, FEATURES, tensors, uint8(weights[1]), y1, hidden);
        tensors = _layer(y1, hidden, tensors, uint8(weights[2]), y2, hidden);
        int256 acc = _sum(y2, hidden, tensors, tensors + 4, 1) >> uint8(weights[3]);
        if (acc < 0) return 0;
        return acc > int256(uint256(type(uint16).max)) ? type(uint16).max : uint16(uint256(acc));
    }

    /// @dev y_j = min(255, max(0, sum_j) >> shift), a word each, from the words x. The layer's biases are in memory at
    /// `tensors`, its weights follow; gives what comes after.
    function _layer(uint256 x, uint256 inputs, uint256 tensors, uint256 shift, uint256 y, uint256 units)
        private
        pure
        returns (uint256 next)
    {
        uint256 w = tensors + 4 * units;
        for (uint256 j = 0; j < units; ++j) {
            int256 acc = _sum(x, inputs, tensors + 4 * j, w + j, units);
            assembly ("memory-safe") {
                acc := shr(shift, mul(acc, sgt(acc, 0)))
                mstore(add(y, mul(32, j)), or(mul(acc, lt(acc, 256)), mul(255, gt(acc, 255))))
            }
        }
        return w + inputs * units;
    }

    /// @dev The int32 at b plus the sum of words x times the int8s at w, w + row, ...; inputs is a multiple of 8.
    function _sum(uint256 x, uint256 inputs, uint256 b, uint256 w, uint256 row)
        private
        pure
        returns (int256 acc)
    {
        assembly ("memory-safe") {
            acc := sar(224, mload(b))
            for { let end := add(x, mul(32, inputs)) } lt(x, end) { x := add(x, 256) } {
                acc := add(acc, mul(mload(x), sar(248, mload(w))))
                w := add(w, row)
                acc := add(acc, mul(mload(add(x, 32)), sar(248, mload(w))))
                w := add(w, row)
                acc := add(acc, mul(mload(add(x, 64)), sar(248, mload(w))))
                w := add(w, row)
                acc := add(acc, mul(mload(add(x, 96)), sar(248, mload(w))))
                w := add(w, row)
                acc := add(acc, mul(mload(add(x, 128)), sar(248, mload(w))))
                w := add(w, row)
                acc := add(acc, mul(mload(add(x, 160)), sar(248, mload(w))))
                w := add(w, row)
                acc := add(acc, mul(mload(add(x, 192)), sar(248, mload(w))))
                w := add(w, row)
                acc := add(acc, mul(mload(add(x, 224)), sar(248, mload(w))))
                w := add(w, row)
            }
        }
    }

    /// @dev Packed int16 features as 24 signed words.
    function _unpack(bytes memory features) private pure returns (uint256 x) {
        x = _allocate(FEATURES);
        assembly ("memory-safe") {
            for { let i := 0 } lt(i, 24) { i := add(i, 1) } {
                mstore(add(x, mul(32, i)), sar(240, mload(add(add(features, 32), mul(2, i)))))
            }
        }
    }

    function _allocate(uint256 words) private pure returns (uint256 pointer) {
        assembly ("memory-safe") {
            pointer := mload(0x40)
            mstore(0x40, add(pointer, mul(32, words)))
        }
    }

    function _length(uint256 hidden) private pure returns (uint256) {
        return 4 + 4 * hidden + FEATURES * hidden + 4 * hidden + hidden * hidden + 4 + hidden;
    }

    function _requireShift(string memory name, uint256 shift) private pure {
        require(shift <= MAX_SHIFT, IRLPolicyManager.BadWeights(name, shift));
    }

    /// @dev Refuses with the magnitude of the first of `count` int32s from byte `offset` that is not below `bound`.
    function _requireBiases(
        string memory name,
        bytes memory weights,
        uint256 offset,
        uint256 count,
        uint256 bound
    ) private pure {
        for (uint256 end = offset + 4 * count; offset < end; offset += 4) {
            int256 bias;
            assembly ("memory-safe") {
                bias := sar(224, mload(add(add(weights, 32), offset)))
            }
            uint256 magnitude = uint256(bias < 0 ? -bias : bias);
            require(magnitude < bound, IRLPolicyManager.BadWeights(name, magnitude));
        }
    }
}
