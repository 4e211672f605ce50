// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Claims} from "./Types.sol";

/// @notice Claims as one word of a history (low bits first):
///   gpus 16 | classId 8 | memoryCode 8 | computeCode 8 | bandwidthCode 8 | latencyCode 8 | wattsCode 8.   64 bits.
/// No claims are 0: every node has at least one GPU.
library ClaimsWords {
    function pack(Claims memory claims) internal pure returns (uint224) {
        uint256 word = claims.gpus | (uint256(claims.classId) << 16) | (uint256(claims.memoryCode) << 24);
        word |= (uint256(claims.computeCode) << 32) | (uint256(claims.bandwidthCode) << 40);
        word |= (uint256(claims.latencyCode) << 48) | (uint256(claims.wattsCode) << 56);
        return uint224(word);
    }

    function unpack(uint224 word) internal pure returns (Claims memory) {
        return Claims({
            gpus: uint16(word),
            classId: uint8(word >> 16),
            memoryCode: uint8(word >> 24),
            computeCode: uint8(word >> 32),
            bandwidthCode: uint8(word >> 40),
            latencyCode: uint8(word >> 48),
            wattsCode: uint8(word >> 56)
        });
    }
}
