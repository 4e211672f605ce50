// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {RoundHistory} from "./RoundHistory.sol";

/// @notice Who may post in the first half of a round: one of the seats, drawn by a seed that the last posted round left.
/// Seats and seed bind from the round after they are written, so nobody changes the draw of the running round.
library Seats {
    using RoundHistory for RoundHistory.Series;

    struct Draw {
        /// @dev seats 32 | seed 184
        RoundHistory.Series seatsAndSeed;
        mapping(uint256 seat => RoundHistory.Series) matcherIn;
        mapping(address matcher => uint256) seatPlusOne; // as last written; 0: none
    }

    uint256 private constant COUNT_BITS = 32;

    /// @notice False if the matcher has a seat already.
    function take(Draw storage draw, address matcher, uint32 fromRound) internal returns (bool) {
        if (draw.seatPlusOne[matcher] != 0) return false;
        uint224 word = draw.seatsAndSeed.newest();
        uint32 seat = _count(word);
        draw.matcherIn[seat].write(uint160(matcher), fromRound);
        draw.seatsAndSeed.write(word + 1, fromRound);
        draw.seatPlusOne[matcher] = uint256(seat) + 1;
        return true;
    }

    /// @notice The last seat takes the place of the one that is left. False if the matcher has none.
    function leave(Draw storage draw, address matcher, uint32 fromRound) internal returns (bool) {
        uint256 seatPlusOne = draw.seatPlusOne[matcher];
        if (seatPlusOne == 0) return false;
        uint224 word = draw.seatsAndSeed.newest();
        uint32 last = _count(word) - 1;
        if (seatPlusOne - 1 != last) {
            uint224 moved = draw.matcherIn[last].newest();
            draw.matcherIn[seatPlusOne - 1].write(moved, fromRound);
            draw.seatPlusOne[address(uint160(moved))] = seatPlusOne;
        }
        draw.seatsAndSeed.write(word - 1, fromRound);
        delete draw.seatPlusOne[matcher];
        return true;
    }

    /// @notice The low 184 bits of `random` decide from `fromRound` on.
    function reseed(Draw storage draw, uint256 random, uint32 fromRound) internal {
        uint224 count = _count(draw.seatsAndSeed.newest());
        draw.seatsAndSeed.write((uint224(uint184(random)) << COUNT_BITS) | count, fromRound);
    }

    function countAt(Draw storage draw, uint32 round) internal view returns (uint32) {
        return _count(draw.seatsAndSeed.at(round));
    }

    /// @notice Zero where there are no seats.
    function drawnAt(Draw storage draw, uint32 round) internal view returns (address) {
        uint224 word = draw.seatsAndSeed.at(round);
        uint32 count = _count(word);
        if (count == 0) return address(0);
        uint256 seat = uint256(keccak256(abi.encode(word >> COUNT_BITS, round))) % count;
        return address(uint160(draw.matcherIn[seat].at(round)));
    }

    function _count(uint224 word) private pure returns (uint32) {
        return uint32(word);
    }
}
