// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @dev How many rounds back a dispute may ask.
uint256 constant HISTORY_ROUNDS = 360;
/// @dev One word for each round of the window, one for the present before it, one for the next round.
uint256 constant HISTORY_CAPACITY = HISTORY_ROUNDS + 2;

/// @notice Values by the round (of claims: the epoch) from which they bind: the newest in a word of its own, so that the present is read at once,
/// and those before it in a ring of packed words, oldest slots reused.
///
/// A word is `fromRound 31 | place 9 | value 216`; its place is the slot of the ring that is its own once it is superseded.
/// Words have strictly rising `fromRound`s, so of 362 words that end at round r+1 the oldest starts at r-360 or before:
/// every round from r-360 to r+1 has its word, and the word that is overwritten is older than the window. The past never
/// changes as long as the caller never writes for the round it is in or an earlier one (the first word of a series
/// excepted). A slot that was never written reads as what it means: 0 from round 0 on.
library RoundHistory {
    uint256 private constant RING = HISTORY_CAPACITY - 1;
    uint256 private constant VALUE_BITS = 216;
    uint256 private constant PLACE_MASK = (1 << 9) - 1;
    uint256 private constant ROUND_SHIFT = VALUE_BITS + 9;
    uint256 private constant VALUE_MASK = (1 << VALUE_BITS) - 1;

    struct Series {
        uint256 newestWord;
        uint256[RING] olderWords;
    }

    /// @notice A series is written forwards only.
    error RoundsMisordered(uint32 newestFromRound, uint32 fromRound);
    /// @notice The value is wider than 216 bits, or the round than 31.
    error TooWideForHistory(uint224 value, uint32 fromRound);
    /// @notice What bound in `round` has left the ring, whose first word binds from `oldestRound`.
    error OlderThanHistory(uint32 round, uint32 oldestRound);

    /// @notice `value` binds from `fromRound` on; it replaces what was written before for the same round.
    function write(Series storage series, uint224 value, uint32 fromRound) internal {
        require(value >> VALUE_BITS == 0 && fromRound >> 31 == 0, TooWideForHistory(value, fromRound));
        uint256 word = series.newestWord;
        uint256 place = (word >> VALUE_BITS) & PLACE_MASK;
        if (word != 0) {
            uint256 last = word >> ROUND_SHIFT;
            require(fromRound >= last, RoundsMisordered(uint32(last), fromRound));
            if (fromRound > last) {
                series.olderWords[place] = word;
                unchecked {
                    if (++place == RING) place = 0;
                }
            }
        }
        series.newestWord = (uint256(fromRound) << ROUND_SHIFT) | (place << VALUE_BITS) | value;
    }

    /// @notice The value that binds in `round`; 0 where the series began later.
    function at(Series storage series, uint32 round) internal view returns (uint224) {
        uint256 word = series.newestWord;
        if (_fromRound(word) <= round) return _value(word);

        // Most questions are about the present, and the newest word may already be the next round's.
        uint256 place = _place(word);
        word = _before(series, place, 1);
        if (_fromRound(word) <= round) return _value(word);

        // How many words before the newest one: `tooLate` binds after `round`, `early` by it.
        (uint256 tooLate, uint256 early) = (1, RING);
        uint32 oldest = _fromRound(_before(series, place, early));
        require(oldest <= round, OlderThanHistory(round, oldest));
        while (early - tooLate > 1) {
            uint256 middle = (early + tooLate) / 2;
            if (_fromRound(_before(series, place, middle)) <= round) early = middle;
            else tooLate = middle;
        }
        return _value(_before(series, place, early));
    }

    /// @notice The last value written, whichever round it binds from: what a write in this round starts from.
    function newest(Series storage series) internal view returns (uint224) {
        return _value(series.newestWord);
    }

    /// @notice The round from which the last value binds; 0 for an empty series.
    function newestFromRound(Series storage series) internal view returns (uint32) {
        return _fromRound(series.newestWord);
    }

    /// @dev The word that many before the newest one, whose place is `place`.
    function _before(Series storage series, uint256 place, uint256 count) private view returns (uint256) {
        return series.olderWords[place >= count ? place - count : place + RING - count];
    }

    function _value(uint256 word) private pure returns (uint224) {
        return uint224(word & VALUE_MASK);
    }

    function _place(uint256 word) private pure returns (uint256) {
        return (word >> VALUE_BITS) & PLACE_MASK;
    }

    function _fromRound(uint256 word) private pure returns (uint32) {
        return uint32(word >> ROUND_SHIFT);
    }
}
