// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {RoundHistory} from "./RoundHistory.sol";

/// @notice Who may post in the first half of a round: one of the seats, drawn by a seed that the last posted round left.
/// Seats and seed bind from the round after they are written, so nobody changes the draw of the running round.
library Seats {
    using RoundHistory for RoundHistory.Series;

    struct Draw {
        RoundHistory.Series count;
        RoundHistory.Series seed;
        mapping(uint256 seat => RoundHistory.Series) matcherIn;
        mapping(address matcher => uint256) seatPlusOne; // as last written; 0: none
    }

    /// @notice False if the matcher has a seat already.
    function take(Draw storage draw, address matcher, uint32 fromRound) internal returns (bool) {
        if (draw.seatPlusOne[matcher] != 0) return false;
        uint224 count = draw.count.newest();
        draw.matcherIn[count].write(uint160(matcher), fromRound);
        draw.count.write(count + 1, fromRound);
        draw.seatPlusOne[matcher] = count + 1;
        return true;
    }

    /// @notice The last seat takes the place of the one that is left. False if the matcher has none.
    function leave(Draw storage draw, address matcher, uint32 fromRound) internal returns (bool) {
        uint256 seatPlusOne = draw.seatPlusOne[matcher];
        if (seatPlusOne == 0) return false;
        uint224 last = draw.count.newest() - 1;
        if (seatPlusOne - 1 != last) {
            uint224 moved = draw.matcherIn[last].newest();
            draw.matcherIn[seatPlusOne - 1].write(moved, fromRound);
            draw.seatPlusOne[address(uint160(moved))] = seatPlusOne;
        }
        draw.count.write(last, fromRound);
        delete draw.seatPlusOne[matcher];
        return true;
    }

    /// @notice The low 216 bits of `random` decide from `fromRound` on.
    function reseed(Draw storage draw, uint256 random, uint32 fromRound) internal {
        draw.seed.write(uint216(random), fromRound);
    }

    function countAt(Draw storage draw, uint32 round) internal view returns (uint32) {
        return uint32(draw.count.at(round));
    }

    /// @notice Zero where there are no seats.
    function drawnAt(Draw storage draw, uint32 round) internal view returns (address) {
        uint256 count = draw.count.at(round);
        if (count == 0) return address(0);
        uint256 random = uint256(keccak256(abi.encode(draw.seed.at(round), round)));
        return address(uint160(draw.matcherIn[random % count].at(round)));
    }
}
