// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @notice Which nodes a round has listed so far: one bit a node, in memory (a million nodes are 4,000 words).
library NodeSet {
    /// @notice An empty set of the ids 0..newest.
    function upTo(uint32 newest) internal pure returns (uint256[] memory) {
        return new uint256[](uint256(newest) / 256 + 1);
    }

    /// @notice Adds the node; false if it was there already. A node beyond the newest is none, and is not kept.
    function add(uint256[] memory set, uint32 node) internal pure returns (bool added) {
        uint256 place = node >> 8;
        if (place >= set.length) return true;
        uint256 word = set[place];
        uint256 bit = 1 << (node & 255);
        set[place] = word | bit;
        return word & bit == 0;
    }
}
