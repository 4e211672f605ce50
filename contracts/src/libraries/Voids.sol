// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @notice How many rounds were voided of late; one is forgotten for every `memoryRounds` without another.
library Voids {
    struct Tally {
        uint32 voids;
        uint32 lastVoidRound;
    }

    function recent(Tally memory tally, uint32 round, uint256 memoryRounds) internal pure returns (uint256) {
        uint256 forgotten = (round - tally.lastVoidRound) / memoryRounds;
        return tally.voids > forgotten ? tally.voids - forgotten : 0;
    }

    /// @notice The tally after a round was voided in `round`.
    function counted(Tally memory tally, uint32 round, uint256 memoryRounds)
        internal
        pure
        returns (Tally memory)
    {
        return Tally(uint32(recent(tally, round, memoryRounds)) + 1, round);
    }
}
