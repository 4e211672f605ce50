// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Match} from "./Types.sol";

/// @notice The fields of a Match, at the bits that Types.sol gives them.
library Matches {
    function pack(uint32 workload_, uint32 node_, uint16 entry_, uint16 gpus_, uint64 priceMicro_)
        internal
        pure
        returns (Match)
    {
        uint256 word = workload_ | (uint256(node_) << 32) | (uint256(entry_) << 64);
        return Match.wrap(word | (uint256(gpus_) << 80) | (uint256(priceMicro_) << 96));
    }

    function workload(Match m) internal pure returns (uint32) {
        return uint32(Match.unwrap(m));
    }

    function node(Match m) internal pure returns (uint32) {
        return uint32(Match.unwrap(m) >> 32);
    }

    function entry(Match m) internal pure returns (uint16) {
        return uint16(Match.unwrap(m) >> 64);
    }

    function gpus(Match m) internal pure returns (uint16) {
        return uint16(Match.unwrap(m) >> 80);
    }

    function priceMicro(Match m) internal pure returns (uint64) {
        return uint64(Match.unwrap(m) >> 96);
    }
}
