// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @notice The rounds in which a workload can be matched: up to four [from, to) pairs of uint32 in one word, the first
/// pair lowest, `from` in the low half of its 64 bits. from = 0 is an unused pair (nothing is open in round 0), to = 0 is
/// "until openUntilRound". The word only grows at its end: what it says of a round that has begun never changes.
library OpenRounds {
    uint256 private constant PAIR_BITS = 64;
    uint256 private constant PAIR_MASK = type(uint64).max;

    /// @notice All four pairs are in use.
    error TooManyPairs(uint256 openRounds);

    function openAt(uint256 openRounds, uint32 openUntil, uint32 round) internal pure returns (bool) {
        if (round >= openUntil) return false;
        for (; openRounds != 0; openRounds >>= PAIR_BITS) {
            uint32 from = uint32(openRounds);
            uint32 to = uint32(openRounds >> 32);
            if (from != 0 && from <= round && (to == 0 || round < to)) return true;
        }
        return false;
    }

    /// @notice Open from `from` on, which may lie ahead (a booking), until `until`; nothing where that is no round at all.
    function book(uint256 openRounds, uint32 from, uint32 until) internal pure returns (uint256) {
        if (from >= until) return openRounds;
        uint256 shift = _end(openRounds);
        require(shift < 256, TooManyPairs(openRounds));
        return openRounds | (((uint256(until) << 32) | from) << shift);
    }

    /// @notice No longer open from `to` on. A pair that would be empty (a booking that lies ahead) is taken back.
    function close(uint256 openRounds, uint32 to) internal pure returns (uint256) {
        if (openRounds == 0) return 0;
        uint256 shift = _end(openRounds) - PAIR_BITS;
        (uint32 from, uint32 until) = _pair(openRounds >> shift);
        if (until != 0 && until <= to) return openRounds;
        uint256 others = openRounds & ~(PAIR_MASK << shift);
        return from >= to ? others : others | (((uint256(to) << 32) | from) << shift);
    }

    /// @notice The last pair, open in the round before `to`, ends at `to`; what is left of it from `from` on is booked.
    function rebook(uint256 openRounds, uint32 to, uint32 from) internal pure returns (uint256) {
        uint256 end = _end(openRounds);
        uint32 until;
        unchecked {
            uint256 shift = end - PAIR_BITS / 2; // of the end of the last pair
            until = uint32(openRounds >> shift);
            openRounds ^= uint256(until ^ to) << shift;
        }
        if (from >= until) return openRounds;
        require(end < 256, TooManyPairs(openRounds));
        return openRounds | (((uint256(until) << 32) | from) << end);
    }

    /// @notice The round in which the last pair ends; 0 where there is none.
    function lastEnd(uint256 openRounds) internal pure returns (uint256) {
        uint256 end = _end(openRounds);
        return end == 0 ? 0 : openRounds >> (end - PAIR_BITS / 2);
    }

    function _pair(uint256 openRounds) private pure returns (uint32 from, uint32 to) {
        return (uint32(openRounds), uint32(openRounds >> 32));
    }

    /// @dev The shift of the first unused pair.
    function _end(uint256 openRounds) private pure returns (uint256 shift) {
        unchecked {
            for (; openRounds != 0; openRounds >>= PAIR_BITS) {
                shift += PAIR_BITS;
            }
        }
    }
}
