// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IAICChain} from "../../src/interfaces/IAICChain.sol";
import {IAIWorkloads} from "../../src/interfaces/IAIWorkloads.sol";
import {IDualTokenSystem} from "../../src/interfaces/IDualTokenSystem.sol";
import {Parameter} from "../../src/generated/ParameterTable.sol";
import {LedgerLines} from "../../src/types/LedgerLines.sol";
import {ChallengeKind, Entry} from "../../src/types/Types.sol";
import {CertifiedRound} from "../base/CertifiedRound.sol";
import {bound, vm} from "../base/Vm.sol";

/// @notice What a matcher has at stake, and that no round's bond escapes its dispute.
contract BondTest is CertifiedRound {
    // Refusals

    function test_refusesToBondMoreThanIsAvailable() external {
        vm.expectRevert(
            abi.encodeWithSelector(
                IDualTokenSystem.InsufficientFunds.selector, LedgerLines.available(outsider), 0, 1
            )
        );
        vm.prank(outsider);
        chain.bond(1);
    }

    function test_refusesToUnbondMoreThanTheBond() external {
        _postNone();
        vm.expectRevert(
            abi.encodeWithSelector(
                IDualTokenSystem.InsufficientFunds.selector, LedgerLines.matcherBond(matcher), BOND, BOND + 1
            )
        );
        _unbond(BOND + 1);
    }

    function test_refusesToUnbondWhatARoundLocks() external {
        uint32 lockedUntil = _postNone() + 4;
        _unbond(BOND - ROUND_BOND);
        _skipRounds(4);
        vm.expectRevert(abi.encodeWithSelector(IAICChain.BondLocked.selector, matcher, 0, lockedUntil));
        _unbond(1);
        _skipRounds(1);
        _unbond(ROUND_BOND);
        vm.assertEq(vault.balanceMicro(LedgerLines.matcherBond(matcher)), 0);
    }

    /// A later round under a shorter window does not free the bond of an earlier one, nor its own before that.
    function test_aShorterWindowFreesNoBondEarlier() external {
        _postNone(); // round 6, until 10
        vm.prank(address(timelock));
        parameters.set(Parameter.challengeWindowRounds, 1);
        _skipRounds(1);
        _postNone(); // until 8
        _skipRounds(3);
        vm.assertEq(chain.freeBondMicroOf(matcher), BOND - 2 * ROUND_BOND);
        vm.expectRevert(
            abi.encodeWithSelector(IAICChain.BondLocked.selector, matcher, BOND - 2 * ROUND_BOND, 10)
        );
        _unbond(BOND - ROUND_BOND);
        _skipRounds(1);
        _unbond(BOND);
    }

    /// What it has posted is at stake already: the next round takes a bond of its own.
    function test_refusesToPostAgainOnTheSameBond() external {
        _unbond(BOND - 2 * ROUND_BOND + 1);
        _postNone();
        _skipRounds(1);
        _refusesToPost(
            new Entry[](0),
            abi.encodeWithSelector(IAICChain.BondTooSmall.selector, matcher, ROUND_BOND - 1, ROUND_BOND)
        );
        vm.prank(matcher);
        chain.bond(1);
        _postNone();
        vm.assertEq(chain.freeBondMicroOf(matcher), 0);
    }

    // What it does

    function test_bondAndUnbondMoveBetweenTheMatchersOwnLines() external {
        uint256 available = vault.availableMicro(matcher);
        _unbond(ONE);
        vm.assertEq(vault.availableMicro(matcher), available + ONE);
        vm.assertEq(vault.balanceMicro(LedgerLines.matcherBond(matcher)), BOND - ONE);
        vm.expectEmit(address(chain));
        emit IAICChain.Bonded(matcher, BOND + ONE);
        vm.prank(matcher);
        chain.bond(2 * ONE);
    }

    function test_aRoundLocksItsShareOfThePrices() external {
        vm.prank(address(timelock));
        parameters.set(Parameter.minMatcherBondMicro, 0);
        _skipRounds(1);
        Entry[] memory entries = _certified();
        uint256 shareMicro = (uint256(entries[0].priceMicro) + entries[1].priceMicro) / 10;
        vm.assertEq(chain.bondNeededMicro(uint256(entries[0].priceMicro) + entries[1].priceMicro), shareMicro);
        _post(entries);
        vm.assertEq(chain.roundOf(_round()).bondMicro, shareMicro);
        vm.assertEq(chain.freeBondMicroOf(matcher), BOND - shareMicro);
    }

    function test_aWindowThatIsOverFreesItsBond() external {
        for (uint256 i = 0; i < 10; ++i) {
            _postNone();
            uint256 locked = i < 5 ? i + 1 : 5;
            vm.assertEq(chain.freeBondMicroOf(matcher), BOND - locked * ROUND_BOND);
            _skipRounds(1);
        }
        _skipRounds(4);
        vm.assertEq(chain.freeBondMicroOf(matcher), BOND);
    }

    /// Rounds leave the queue on the way; one that waited long for its turn is not in the way of the bond.
    function test_postingNeedsNoMoreThanIsFreeHoweverLongItWaited() external {
        vm.prank(address(timelock));
        parameters.set(Parameter.challengeWindowRounds, 60);
        _skipRounds(1);
        for (uint256 i = 0; i < 10; ++i) {
            _postNone();
            _skipRounds(1);
        }
        vm.assertEq(chain.freeBondMicroOf(matcher), 0);
        _skipRounds(60);
        vm.assertEq(chain.freeBondMicroOf(matcher), BOND);
        IAIWorkloads.Submission memory s = _job();
        s.budgetMicro = uint64(10_000 * ONE);
        (uint32 workload, uint32 node) = _openWith(s);
        Entry[] memory entries = new Entry[](1);
        entries[0] = _entry(workload, node, s.budgetMicro);
        _post(entries);
        vm.assertEq(chain.roundOf(_round()).bondMicro, BOND);
        vm.assertEq(chain.freeBondMicroOf(matcher), 0);
    }

    // Dispute: nothing escapes it

    function test_postingAgainOrUnbondingTakesNothingFromTheFirstRound() external {
        uint32 first = _postNone();
        _skipRounds(1);
        uint32 second = _postNone();
        _unbond(BOND - 2 * ROUND_BOND);
        vm.assertEq(chain.freeBondMicroOf(matcher), 0);
        _skipRounds(3);
        Entry[] memory none = new Entry[](0);
        vm.assertTrue(_challenge(first, none, ChallengeKind.E1, 1, 1));
        vm.assertTrue(_challenge(second, none, ChallengeKind.E1, 1, 1));
        vm.assertEq(vault.balanceMicro(LedgerLines.matcherBond(matcher)), 0);
        vm.assertEq(vault.availableMicro(challenger), FUNDS_MICRO + 2 * ROUND_BOND / 5);
    }

    /// In the middle of the queue, at its head or at its end: what is voided locks nothing, the others lock what they did.
    function test_aVoidedRoundLocksNothingAndKeepsTheOrder() external {
        uint32[3] memory rounds;
        for (uint256 i = 0; i < 3; ++i) {
            rounds[i] = _postNone();
            _skipRounds(1);
        }
        for (uint256 v = 0; v < 3; ++v) {
            uint256 state = vm.snapshotState();
            _challenge(rounds[v], new Entry[](0), ChallengeKind.E1, 1, 1);
            uint256 left = BOND - ROUND_BOND;
            vm.assertEq(chain.freeBondMicroOf(matcher), left - 2 * ROUND_BOND);
            uint256 locked = 2;
            for (uint256 i = 0; i < 3; ++i) {
                _toRound(rounds[i] + 5);
                if (i != v) --locked;
                vm.assertEq(chain.freeBondMicroOf(matcher), left - locked * ROUND_BOND);
            }
            _unbond(left);
            vm.revertToState(state);
        }
    }

    /// @dev Whatever is posted, voided, bonded and unbonded: the free bond is the bond less what is at stake, and every
    /// round that can still be voided has its bond there to lose.
    function testFuzz_whatIsAtStakeIsThere(uint256 seed) external {
        uint32 first = _round();
        for (uint256 step = 0; step < 20; ++step) {
            uint256 random = uint256(keccak256(abi.encode(seed, step)));
            uint256 freeMicro = chain.freeBondMicroOf(matcher);
            if (random % 4 == 0) {
                _unbond(bound(random >> 8, 0, freeMicro));
            } else if (random % 4 == 1) {
                vm.prank(matcher);
                chain.bond(bound(random >> 8, 0, BOND));
            } else if (random % 4 == 2) {
                _voidSome(uint32(bound(random >> 8, first, _round())));
            } else if (freeMicro >= chain.bondNeededMicro(0) && chain.matcherOf(_round()) == address(0)) {
                vm.warp(GENESIS + uint256(_round() + 1) * ROUND_SEC - 1); // whoever was drawn
                _postNone();
            }
            _heartbeats();
            if (random >> 254 != 0) _skipRounds(1);
            _assertAtStake(first);
        }
    }

    function _voidSome(uint32 round) private {
        IAICChain.Round memory r = chain.roundOf(round);
        if (r.matcher == address(0) || r.voided || _round() > r.lastChallengeRound) return;
        vm.assertTrue(_challenge(round, new Entry[](0), ChallengeKind.E1, 1, 1));
    }

    function _assertAtStake(uint32 first) private view {
        uint256 atStake;
        for (uint32 round = first; round <= _round(); ++round) {
            IAICChain.Round memory r = chain.roundOf(round);
            if (!r.voided && _round() <= r.lastChallengeRound) atStake += r.bondMicro;
        }
        uint256 bondMicro = vault.balanceMicro(LedgerLines.matcherBond(matcher));
        vm.assertEq(chain.freeBondMicroOf(matcher), bondMicro - atStake);
    }

    // Voids make bonds dearer

    function test_eachVoidDoublesTheBondsOfEverybody() external {
        for (uint256 voids = 1; voids <= 6; ++voids) {
            _voidOne();
            uint256 doublings = voids < 4 ? voids : 4;
            vm.assertEq(chain.doublings(), doublings);
            vm.assertEq(chain.bondNeededMicro(0), ROUND_BOND << doublings);
            vm.assertEq(chain.bondNeededMicro(2_000 * ONE), 200 * ONE << doublings);
            vm.assertEq(chain.challengeBondMicro(), CHALLENGE_BOND << doublings);
            _skipRounds(1);
            vm.prank(matcher);
            chain.bond(ROUND_BOND << doublings);
            _skipRounds(1);
        }
        // Who had nothing to do with it pays as much: a new name sheds nothing.
        _fund(outsider);
        vm.startPrank(outsider);
        chain.bond(1_600 * ONE - 1);
        vm.warp(block.timestamp + ROUND_SEC / 2);
        uint32 cutoff = _newest();
        uint32 round = _round();
        vm.expectRevert(
            abi.encodeWithSelector(IAICChain.BondTooSmall.selector, outsider, 1_600 * ONE - 1, 1_600 * ONE)
        );
        chain.postRound(round, cutoff, new Entry[](0));
        chain.bond(1);
        chain.postRound(round, cutoff, new Entry[](0));
        vm.stopPrank();
    }

    function test_voidsAreForgottenOneByOne() external {
        _voidOne();
        _skipRounds(2);
        vm.warp(block.timestamp + ROUND_SEC / 2);
        _voidOne();
        uint32 last = _round();
        _toRound(last + 59);
        vm.assertEq(chain.doublings(), 2);
        _toRound(last + 60);
        vm.assertEq(chain.doublings(), 1);
        _toRound(last + 120);
        vm.assertEq(chain.doublings(), 0);
        vm.assertEq(chain.challengeBondMicro(), CHALLENGE_BOND);
        // Another one after that counts from one again, and from its own round.
        _heartbeats();
        uint32 workload = _submit(_job());
        _skipRounds(1);
        uint32 round = _postNone();
        vm.assertTrue(_challenge(round, new Entry[](0), ChallengeKind.E1, workload, 1));
        vm.assertEq(chain.doublings(), 1);
    }

    function test_aWrongChallengeNeedsTheDoubledBondToo() external {
        _voidOne();
        _skipRounds(2);
        vm.warp(block.timestamp + ROUND_SEC / 2);
        uint32 round = _postNone();
        vm.assertEq(chain.roundOf(round).bondMicro, 2 * ROUND_BOND);
        uint256 available = vault.availableMicro(challenger);
        vm.prank(challenger);
        vault.withdraw(available - 2 * CHALLENGE_BOND + 1);
        vm.expectRevert(
            abi.encodeWithSelector(
                IDualTokenSystem.InsufficientFunds.selector,
                LedgerLines.available(challenger),
                2 * CHALLENGE_BOND - 1,
                2 * CHALLENGE_BOND
            )
        );
        _challenge(round, new Entry[](0), ChallengeKind.E1, 1, 9); // of no node: wrong
    }

    // ------------------------------------------------------------------------------------------------------------

    function _heartbeats() private {
        for (uint32 node = 1; node <= 3; ++node) {
            _heartbeat(node);
        }
    }

    function _postNone() private returns (uint32 round) {
        round = _round();
        _post(new Entry[](0));
    }

    function _unbond(uint256 amountMicro) private {
        vm.prank(matcher);
        chain.unbond(amountMicro);
    }
}
