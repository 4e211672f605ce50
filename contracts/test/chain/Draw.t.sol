// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IAICChain} from "../../src/interfaces/IAICChain.sol";
import {ChallengeKind, Entry} from "../../src/types/Types.sol";
import {CertifiedRound} from "../base/CertifiedRound.sol";
import {vm} from "../base/Vm.sol";

/// @notice Seats, and who of them posts in the first half of a round.
contract DrawTest is CertifiedRound {
    address private second = _actor("second matcher");
    address private third = _actor("third matcher");

    function setUp() public override {
        super.setUp();
        _fund(second);
        _fund(third);
    }

    // Refusals

    function test_refusesAnybodyElseInTheFirstHalf() external {
        uint32 round = _round();
        _bond(second, ROUND_BOND);
        uint256 half = GENESIS + uint256(round) * ROUND_SEC + ROUND_SEC / 2;
        vm.warp(half - 1);
        uint32 cutoff = _newest();
        vm.expectRevert(abi.encodeWithSelector(IAICChain.NotDrawn.selector, round, matcher, half));
        vm.prank(second);
        chain.postRound(round, cutoff, new Entry[](0));
        vm.warp(half);
        _postAs(second);
        vm.assertEq(chain.matcherOf(round), second);
    }

    function test_theDrawnMayPostInTheSecondHalfToo() external {
        vm.warp(block.timestamp + ROUND_SEC - 1);
        _postAs(matcher);
    }

    /// A bond of now is a seat of the next round: nobody draws itself into the running one.
    function test_aSeatBindsFromTheNextRound() external {
        uint32 round = _round();
        vm.assertEq(chain.seatCount(round), 1);
        vm.expectEmit(address(chain));
        emit IAICChain.SeatTaken(second, round + 1);
        _bond(second, ROUND_BOND);
        vm.assertEq(chain.seatCount(round), 1);
        vm.assertEq(chain.seatCount(round + 1), 2);
        vm.assertEq(chain.drawnMatcher(round), matcher);
    }

    /// Nor does it escape the running draw, whether it is content with it or not.
    function test_whoLeavesIsStillTheDrawnOfThisRound() external {
        uint32 round = _round();
        vm.prank(matcher);
        chain.unbond(BOND);
        vm.assertEq(chain.drawnMatcher(round), matcher);
        vm.assertEq(chain.drawnMatcher(round + 1), address(0));
        vm.assertEq(chain.seatCount(round + 1), 0);
    }

    function test_withoutSeatsAnyoneMayPostAtOnce() external {
        vm.prank(matcher);
        chain.unbond(BOND);
        _skipRounds(1);
        _bond(second, ROUND_BOND);
        vm.assertEq(chain.drawnMatcher(_round()), address(0));
        _postAs(second);
    }

    // Taking and losing a seat

    function test_aBondBelowTheLeastIsNoSeat() external {
        _bond(second, ROUND_BOND - 1);
        vm.assertEq(chain.seatCount(_round() + 1), 1);
        _bond(second, 1);
        vm.assertEq(chain.seatCount(_round() + 1), 2);
        _bond(second, ROUND_BOND);
        vm.assertEq(chain.seatCount(_round() + 1), 2);
    }

    function test_unbondingKeepsTheSeatWhileTheLeastBondIsLeft() external {
        vm.startPrank(matcher);
        chain.unbond(BOND - ROUND_BOND);
        vm.assertEq(chain.seatCount(_round() + 1), 1);
        vm.expectEmit(address(chain));
        emit IAICChain.SeatLost(matcher, _round() + 1);
        chain.unbond(1);
        vm.assertEq(chain.seatCount(_round() + 1), 0);
        vm.stopPrank();
    }

    // Suspension

    function test_refusesToVacateTheSeatOfWhoIsNotSuspended() external {
        vm.expectRevert(abi.encodeWithSelector(IAICChain.NotSuspended.selector, matcher));
        chain.vacate(matcher);
        _voidOne();
        _bond(matcher, 0);
        vm.expectRevert(abi.encodeWithSelector(IAICChain.NotSuspended.selector, matcher));
        chain.vacate(matcher);
    }

    /// A seat that draws nobody leaves its rounds to all.
    function test_aVoidedRoundSuspendsItsMatcherUntilItBondsAgain() external {
        uint32 round = _round();
        _voidOne();
        vm.assertEq(chain.drawnMatcher(round), matcher);
        vm.assertEq(chain.drawnMatcher(round + 1), address(0));
        vm.assertEq(chain.seatCount(round + 1), 1);
        _skipRounds(1);
        _bond(second, 2 * ROUND_BOND);
        _postAs(second);
        vm.expectEmit(address(chain));
        emit IAICChain.SeatTaken(matcher, round + 2);
        _bond(matcher, 0);
        vm.assertEq(chain.drawnMatcher(round + 1), address(0));
        vm.assertEq(chain.seatCount(round + 2), 2);
        vm.assertTrue(chain.drawnMatcher(round + 2) != address(0));
    }

    function test_whoBondsAtOnceIsNotSuspendedAtAll() external {
        uint32 round = _round();
        _voidOne();
        _bond(matcher, 0);
        vm.assertEq(chain.drawnMatcher(round), matcher);
        vm.assertEq(chain.drawnMatcher(round + 1), matcher);
    }

    /// It would take back, in the round in which another of its rounds is voided, a suspension that binds already.
    function test_aSuspensionThatIsRenewedInTheRoundOfItsLiftingGoesOn() external {
        uint32 first = _round();
        _post(new Entry[](0));
        _skipRounds(1);
        uint32 round = _round();
        _post(new Entry[](0));
        _challenge(first, new Entry[](0), ChallengeKind.E1, 1, 1);
        _skipRounds(1);
        _bond(matcher, 0);
        _challenge(round, new Entry[](0), ChallengeKind.E1, 1, 1);
        vm.assertEq(chain.drawnMatcher(_round()), address(0));
        vm.assertEq(chain.drawnMatcher(_round() + 1), address(0));
    }

    function test_aBondBelowTheLeastLiftsNoSuspension() external {
        uint32 round = _round();
        _voidOne();
        vm.prank(matcher);
        chain.unbond(BOND - ROUND_BOND - ROUND_BOND / 2);
        _bond(matcher, 1);
        vm.assertEq(chain.drawnMatcher(round + 1), address(0));
    }

    /// Anybody takes the seat away, and the draw goes on among the others.
    function test_aSuspendedSeatIsVacated() external {
        _bond(second, ROUND_BOND);
        _voidOne();
        uint32 round = _round();
        vm.expectEmit(address(chain));
        emit IAICChain.SeatLost(matcher, round + 1);
        vm.prank(challenger);
        chain.vacate(matcher);
        vm.assertEq(chain.seatCount(round), 1); // the second's binds from the next round
        vm.assertEq(chain.seatCount(round + 1), 1);
        vm.assertEq(chain.drawnMatcher(round + 1), second);
        chain.vacate(matcher); // which changes nothing
        vm.assertEq(chain.seatCount(round + 1), 1);
        _skipRounds(1);
        _bond(matcher, 0);
        vm.assertEq(chain.seatCount(round + 2), 2);
    }

    function test_inAndOutInOneRoundLeavesNoSeat() external {
        _bond(second, ROUND_BOND);
        vm.prank(second);
        chain.unbond(ROUND_BOND);
        vm.assertEq(chain.seatCount(_round() + 1), 1);
        _skipRounds(1);
        vm.assertEq(chain.drawnMatcher(_round()), matcher);
    }

    // The draw

    function test_isWhatTheProtocolSays() external {
        _bond(second, ROUND_BOND);
        _bond(third, ROUND_BOND);
        vm.prevrandao(type(uint256).max - 12_345);
        _postAs(matcher);
        uint32 round = _round() + 1;
        address[3] memory seats = [matcher, second, third];
        uint256 seed = (type(uint256).max - 12_345) & ((1 << 184) - 1);
        address drawn = seats[uint256(keccak256(abi.encode(seed, round))) % 3];
        vm.assertEq(chain.drawnMatcher(round), drawn);
        // The seed stays until the next round is posted; the draw is another one in each round.
        round += 5;
        _skipRounds(6);
        vm.assertEq(chain.drawnMatcher(round), seats[uint256(keccak256(abi.encode(seed, round))) % 3]);
    }

    function test_everySeatHasItsTurns() external {
        _bond(second, ROUND_BOND);
        _bond(third, ROUND_BOND);
        _skipRounds(1);
        uint256[3] memory turns;
        for (uint256 i = 0; i < 300; ++i) {
            address drawn = chain.drawnMatcher(_round());
            ++turns[drawn == matcher ? 0 : drawn == second ? 1 : 2];
            _skipRounds(1);
        }
        for (uint256 i = 0; i < 3; ++i) {
            vm.assertGe(turns[i], 70);
        }
        vm.assertEq(turns[0] + turns[1] + turns[2], 300);
    }

    /// @dev Whoever comes and goes in whatever order: the seats are exactly those who hold one, each once, and the draw of
    /// the running round does not move.
    function testFuzz_seatsAreWhoHoldsOne(uint256 seed) external {
        address[3] memory who = [matcher, second, third];
        for (uint256 step = 0; step < 24; ++step) {
            uint256 random = uint256(keccak256(abi.encode(seed, step)));
            address drawn = chain.drawnMatcher(_round());
            address one = who[random % 3];
            uint256 bondMicro = chain.freeBondMicroOf(one);
            vm.prank(one);
            if (bondMicro >= ROUND_BOND) chain.unbond(bondMicro);
            else chain.bond(ROUND_BOND);
            vm.assertEq(chain.drawnMatcher(_round()), drawn);
            if (random >> 254 == 0) _skipRounds(1);
        }
        _skipRounds(1);
        uint256 expected;
        for (uint256 i = 0; i < 3; ++i) {
            if (chain.freeBondMicroOf(who[i]) >= ROUND_BOND) ++expected;
        }
        vm.assertEq(chain.seatCount(_round()), expected);
        uint256 seen;
        for (uint32 k = 0; k < 64; ++k) {
            address drawn = chain.drawnMatcher(_round() + k);
            for (uint256 i = 0; i < 3; ++i) {
                if (drawn == who[i]) seen |= 1 << i;
            }
        }
        for (uint256 i = 0; i < 3; ++i) {
            bool holds = chain.freeBondMicroOf(who[i]) >= ROUND_BOND;
            vm.assertTrue((seen >> i) & 1 == (holds ? 1 : 0));
        }
    }

    // ------------------------------------------------------------------------------------------------------------

    function _bond(address who, uint256 amountMicro) private {
        vm.prank(who);
        chain.bond(amountMicro);
    }

    function _postAs(address who) private {
        uint32 cutoff = _newest();
        uint32 round = _round();
        vm.prank(who);
        chain.postRound(round, cutoff, new Entry[](0));
    }
}
