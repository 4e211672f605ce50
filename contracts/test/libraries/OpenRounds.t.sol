// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {OpenRounds} from "../../src/libraries/OpenRounds.sol";
import {bound, vm} from "../base/Vm.sol";

contract OpenRoundsTest {
    using OpenRounds for uint256;

    uint32 private constant FOREVER = type(uint32).max;

    function book(uint256 openRounds, uint32 from) external pure returns (uint256) {
        return openRounds.book(from, FOREVER);
    }

    function test_bookRefusesAFifthPair() external {
        uint256 four = type(uint256).max;
        vm.expectRevert(abi.encodeWithSelector(OpenRounds.TooManyPairs.selector, four));
        this.book(four, 9);
    }

    function test_nothingIsNeverOpen(uint32 round) external pure {
        vm.assertFalse(uint256(0).openAt(FOREVER, round));
        vm.assertEq(uint256(0).close(round), 0);
    }

    function test_openFromItsRoundUntilOpenUntil(uint32 from, uint32 openUntil, uint32 round) external pure {
        from = uint32(bound(from, 1, FOREVER));
        bool expected = round >= from && round < openUntil;
        vm.assertEq(uint256(0).book(from, openUntil).openAt(FOREVER, round), expected);
        vm.assertEq((uint256(0) | from).openAt(openUntil, round), expected); // to = 0: until openUntil
    }

    function test_aBookingThatIsClosedBeforeItBeginsLeavesNoTrace(uint32 to, uint32 from) external pure {
        to = uint32(bound(to, 2, FOREVER - 1));
        from = uint32(bound(from, to, FOREVER - 1));
        uint256 matched = uint256(0).book(1, FOREVER).close(to);
        vm.assertEq(matched.book(from, FOREVER).close(to), matched);
    }

    function test_closingAgainChangesNothing(uint32 to, uint32 later) external pure {
        to = uint32(bound(to, 2, FOREVER));
        later = uint32(bound(later, to, FOREVER));
        uint256 closed = uint256(0).book(1, FOREVER).close(to);
        vm.assertEq(closed.close(later), closed);
    }

    function test_aBookingEndsWhereTheOpeningWouldHave() external pure {
        uint256 openRounds = uint256(0).book(3, 90).rebook(7, 12);
        vm.assertEq(openRounds, uint256(0).book(3, 7).book(12, 90));
        vm.assertEq(openRounds.rebook(20, 90), uint256(0).book(3, 7).book(12, 20));
    }

    /// @dev Invariant 10: an operation in round r binds from r+1, and what was said of r and before stays.
    function test_10_thePastNeverChanges(uint256 seed) external pure {
        uint256 openRounds = uint256(0).book(1, FOREVER);
        uint32 round = 1;
        for (uint256 step = 0; step < 7; ++step) {
            round += uint32(bound(seed >> (step * 16), 0, 5));
            uint256 written =
                step % 2 == 0 ? openRounds.close(round + 1) : openRounds.book(round + 1, FOREVER);
            for (uint32 past = 0; past <= round; ++past) {
                vm.assertEq(written.openAt(FOREVER, past), openRounds.openAt(FOREVER, past));
            }
            vm.assertEq(written.openAt(FOREVER, round + 1), step % 2 == 1);
            openRounds = written;
        }
    }
}
