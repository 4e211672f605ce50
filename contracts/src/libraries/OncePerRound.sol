// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @notice Which nodes a round being posted has listed: one bit a node in transient storage, gone with the transaction.
/// The key holds the round, so that rounds posted in one transaction do not see each other's bits.
library OncePerRound {
    /// @notice Marks the node; false if it was marked already.
    function mark(uint32 round, uint32 node) internal returns (bool first) {
        uint256 slot = (uint256(round) << 32) | (node >> 8);
        uint256 bit = 1 << (node & 255);
        assembly ("memory-safe") {
            let word := tload(slot)
            first := iszero(and(word, bit))
            tstore(slot, or(word, bit))
        }
    }
}
