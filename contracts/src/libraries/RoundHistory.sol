// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @dev How many rounds back a dispute may ask.
uint256 constant HISTORY_ROUNDS = 360;
/// @dev One word for each round of the window, one for the present before it, one for the next round.
uint256 constant HISTORY_CAPACITY = HISTORY_ROUNDS + 2;

/// @notice Values by the round from which they bind: a ring of packed words, oldest slots reused.
///
/// A word is `fromRound 32 | value 224`. Words in the ring have strictly rising `fromRound`s, so of 362 words that end
/// at round r+1 the oldest starts at r-360 or before: every round from r-360 to r+1 has its word, and the word
/// that is overwritten is older than the window. The past never changes as long as the caller never writes
/// for the round it is in or an earlier one (the first word of a series excepted).
library RoundHistory {
    struct Series {
        uint256 count; // words ever written; word number n is in slot n mod capacity
        uint256[HISTORY_CAPACITY] words;
    }

    /// @notice A series is written forwards only.
    error RoundsMisordered(uint32 newestFromRound, uint32 fromRound);
    /// @notice What bound in `round` has left the ring, whose first word binds from `oldestRound`.
    error OlderThanHistory(uint32 round, uint32 oldestRound);

    /// @notice `value` binds from `fromRound` on; it replaces what was written before for the same round.
    function write(Series storage series, uint224 value, uint32 fromRound) internal {
        uint256 count = series.count;
        uint256 word = (uint256(fromRound) << 224) | value;
        if (count != 0) {
            uint256 slot = (count - 1) % HISTORY_CAPACITY;
            uint32 last = _fromRound(series.words[slot]);
            require(fromRound >= last, RoundsMisordered(last, fromRound));
            if (fromRound == last) {
                series.words[slot] = word;
                return;
            }
        }
        series.words[count % HISTORY_CAPACITY] = word;
        series.count = count + 1;
    }

    /// @notice The value that binds in `round`; 0 where the series began later.
    function at(Series storage series, uint32 round) internal view returns (uint224) {
        uint256 count = series.count;
        if (count == 0) return 0;
        uint256 word = series.words[(count - 1) % HISTORY_CAPACITY];
        if (_fromRound(word) <= round) return uint224(word);

        // Most questions are about the present, and the newest word may already be the next round's.
        uint256 low = count > HISTORY_CAPACITY ? count - HISTORY_CAPACITY : 0;
        uint256 high = count - 1; // the word in search is below it
        if (high > low) {
            word = series.words[(high - 1) % HISTORY_CAPACITY];
            if (_fromRound(word) <= round) return uint224(word);
            --high;
        }

        word = series.words[low % HISTORY_CAPACITY];
        if (_fromRound(word) > round) {
            require(low == 0, OlderThanHistory(round, _fromRound(word)));
            return 0;
        }
        // words[low] binds by `round`, words[high] does not.
        while (high - low > 1) {
            uint256 middle = (low + high) / 2;
            if (_fromRound(series.words[middle % HISTORY_CAPACITY]) <= round) low = middle;
            else high = middle;
        }
        return uint224(series.words[low % HISTORY_CAPACITY]);
    }

    /// @notice The last value written, whichever round it binds from: what a write in this round starts from.
    function newest(Series storage series) internal view returns (uint224) {
        uint256 count = series.count;
        return count == 0 ? 0 : uint224(series.words[(count - 1) % HISTORY_CAPACITY]);
    }

    /// @notice The round from which the last value binds; 0 for an empty series.
    function newestFromRound(Series storage series) internal view returns (uint32) {
        uint256 count = series.count;
        return count == 0 ? 0 : _fromRound(series.words[(count - 1) % HISTORY_CAPACITY]);
    }

    function _fromRound(uint256 word) private pure returns (uint32) {
        return uint32(word >> 224);
    }
}
