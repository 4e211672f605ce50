// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {RoundHistory, HISTORY_ROUNDS, HISTORY_CAPACITY} from "../../src/libraries/RoundHistory.sol";
import {vm, bound} from "../base/Vm.sol";

contract RoundHistoryTest {
    using RoundHistory for RoundHistory.Series;

    RoundHistory.Series private series;

    function write(uint224 value, uint32 fromRound) external {
        series.write(value, fromRound);
    }

    function read(uint32 round) external view returns (uint224) {
        return series.at(round);
    }

    // Refusals

    function test_refusesToWriteBackwards() external {
        series.write(1, 9);
        vm.expectRevert(abi.encodeWithSelector(RoundHistory.RoundsMisordered.selector, 9, 8));
        this.write(2, 8);
    }

    function test_refusesWhatAWordCannotHold() external {
        vm.expectRevert(abi.encodeWithSelector(RoundHistory.TooWideForHistory.selector, 1 << 216, 8));
        this.write(1 << 216, 8);
        vm.expectRevert(abi.encodeWithSelector(RoundHistory.TooWideForHistory.selector, 7, 1 << 31));
        this.write(7, 1 << 31);
    }

    function test_refusesARoundThatHasLeftTheRing() external {
        for (uint32 round = 1; round <= HISTORY_CAPACITY + 1; ++round) {
            series.write(round, round);
        }
        vm.assertEq(series.at(2), 2);
        vm.expectRevert(abi.encodeWithSelector(RoundHistory.OlderThanHistory.selector, 1, 2));
        this.read(1);
    }

    // What it holds

    function test_isZeroBeforeItBegins() external {
        vm.assertEq(series.at(0), 0);
        series.write(7, 3);
        vm.assertEq(series.at(2), 0);
        vm.assertEq(series.at(3), 7);
        vm.assertEq(series.at(type(uint32).max), 7);
    }

    function test_theLastWriteOfARoundCounts() external {
        series.write(7, 3);
        series.write(8, 3);
        vm.assertEq(series.at(3), 8);
        vm.assertEq(series.newestFromRound(), 3);
        vm.assertEq(series.at(2), 0);
    }

    function test_aLaterRoundMayBeNamed() external {
        series.write(7, 3);
        series.write(8, 50);
        vm.assertEq(series.at(49), 7);
        vm.assertEq(series.at(50), 8);
        vm.assertEq(series.newest(), 8);
        vm.assertEq(series.newestFromRound(), 50);
    }

    /// 10. Within the dispute window the past never changes: whatever is written in whatever rounds, each for the next
    /// one, every round from HISTORY_ROUNDS ago to the next reads as in a history that forgets nothing.
    /// forge-config: default.fuzz.runs = 24
    function testFuzz_invariant_10_thePastNeverChanges(uint256 seed) external {
        uint256 rounds = 2 * HISTORY_CAPACITY + seed % 50;
        uint224[] memory full = new uint224[](rounds + 2); // by the round in which the value binds
        uint256 gap = 1 + (seed >> 8) % 4; // how rarely a round has a write
        for (uint32 current = 0; current < rounds; ++current) {
            full[current + 1] = full[current];
            uint256 random = uint256(keccak256(abi.encode(seed, current)));
            if (random % gap == 0) {
                for (uint256 i = 0; i <= (random >> 8) % 3; ++i) {
                    full[current + 1] = uint216(random >> i);
                    series.write(full[current + 1], current + 1);
                }
            }
            uint32 oldest = current > HISTORY_ROUNDS ? current - uint32(HISTORY_ROUNDS) : 0;
            _agrees(full, oldest);
            _agrees(full, current);
            _agrees(full, current + 1);
            _agrees(full, uint32(bound(random >> 16, oldest, current + 1)));
        }
        for (uint256 round = rounds - 1 - HISTORY_ROUNDS; round <= rounds; ++round) {
            _agrees(full, uint32(round));
        }
    }

    function _agrees(uint224[] memory full, uint32 round) private view {
        vm.assertEq(series.at(round), full[round]);
    }
}
