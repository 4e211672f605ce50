// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Parameter} from "../../src/generated/ParameterTable.sol";
import {IAICChain} from "../../src/interfaces/IAICChain.sol";
import {IAIWorkloads} from "../../src/interfaces/IAIWorkloads.sol";
import {IDualTokenSystem} from "../../src/interfaces/IDualTokenSystem.sol";
import {LedgerLines} from "../../src/types/LedgerLines.sol";
import {ChallengeKind, Entry, WEI_PER_MICRO} from "../../src/types/Types.sol";
import {CertifiedRound} from "../base/CertifiedRound.sol";
import {PolicyVectors} from "../base/PolicyFixture.sol";
import {bound, vm} from "../base/Vm.sol";

contract ChallengeTest is CertifiedRound {
    // Refusals: nothing is challenged, and nobody loses anything

    function test_refusesARoundThatWasNeverPosted() external {
        uint32 round = _round();
        vm.expectRevert(abi.encodeWithSelector(IAICChain.NotChallengeable.selector, round, 0));
        _challenge(round, new Entry[](0), ChallengeKind.E1, 1, 1);
    }

    function test_refusesARoundWhoseWindowIsOver() external {
        Entry[] memory entries = _first(_certified());
        uint32 round = _postNow(entries);
        _skipRounds(4);
        vm.assertTrue(_voids(round, entries, ChallengeKind.E1, 2, 2));
        _skipRounds(1);
        vm.expectRevert(abi.encodeWithSelector(IAICChain.NotChallengeable.selector, round, round + 4));
        _challenge(round, entries, ChallengeKind.E1, 2, 2);
    }

    /// The window is the one under which the round was posted.
    function test_aLaterVoteDoesNotChangeTheWindow() external {
        Entry[] memory entries = _first(_certified());
        uint32 round = _postNow(entries);
        vm.prank(address(timelock));
        parameters.set(Parameter.challengeWindowRounds, 1);
        _skipRounds(4);
        vm.assertTrue(_voids(round, entries, ChallengeKind.E1, 2, 2));
    }

    function test_refusesASecondVoid() external {
        Entry[] memory entries = _first(_certified());
        uint32 round = _postNow(entries);
        _challenge(round, entries, ChallengeKind.E1, 2, 2);
        vm.expectRevert(abi.encodeWithSelector(IAICChain.AlreadyVoided.selector, round));
        _challenge(round, entries, ChallengeKind.E1, 2, 2);
    }

    function test_refusesOtherEntriesThanThosePosted() external {
        Entry[] memory entries = _certified();
        uint32 round = _postNow(entries);
        bytes memory because = abi.encodeWithSelector(IAICChain.WrongEntries.selector, round);
        vm.expectRevert(because);
        _challenge(round, _first(entries), ChallengeKind.E1, 1, 1);
        vm.expectRevert(because);
        _challenge(round, new Entry[](0), ChallengeKind.E1, 1, 1);
        entries[1].vMicro -= 1;
        vm.expectRevert(because);
        _challenge(round, entries, ChallengeKind.E2, 2, 0);
    }

    function test_refusesAnEntryThatIsNot() external {
        Entry[] memory entries = _first(_certified());
        uint32 round = _postNow(entries);
        uint32[3] memory unlisted = [uint32(0), 2, 9];
        for (uint256 i = 0; i < unlisted.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IAICChain.NotListed.selector, unlisted[i]));
            _challenge(round, entries, ChallengeKind.E2, unlisted[i], 0);
            vm.expectRevert(abi.encodeWithSelector(IAICChain.NotListed.selector, unlisted[i]));
            _challenge(round, entries, ChallengeKind.E4, unlisted[i], 0);
        }
    }

    function test_refusesAWrongChallengeWithoutTheBond() external {
        Entry[] memory entries = _certified();
        uint32 round = _postNow(entries);
        vm.prank(challenger);
        vault.withdraw(FUNDS_MICRO - CHALLENGE_BOND + 1);
        vm.expectRevert(
            abi.encodeWithSelector(
                IDualTokenSystem.InsufficientFunds.selector,
                LedgerLines.available(challenger),
                CHALLENGE_BOND - 1,
                CHALLENGE_BOND
            )
        );
        _challenge(round, entries, ChallengeKind.E1, 2, 2);
        vm.prank(challenger);
        vault.deposit(1);
        vm.assertFalse(_challenge(round, entries, ChallengeKind.E1, 2, 2));
    }

    function test_aRightChallengeNeedsNoBond() external {
        Entry[] memory entries = _first(_certified());
        uint32 round = _postNow(entries);
        vm.prank(challenger);
        vault.withdraw(FUNDS_MICRO);
        vm.assertTrue(_challenge(round, entries, ChallengeKind.E1, 2, 2));
        vm.assertEq(vault.availableMicro(challenger), ROUND_BOND / 5);
    }

    function test_refusesAWorkloadThatIsNot() external {
        Entry[] memory entries = _certified();
        uint32 round = _postNow(entries);
        vm.expectRevert(abi.encodeWithSelector(IAIWorkloads.UnknownWorkload.selector, 0));
        _challenge(round, entries, ChallengeKind.E1, 0, 1);
    }

    // The certified round stands

    /// @dev Invariant 7.
    function test_07_theCertifiedRoundSurvivesEveryChallenge() external {
        Entry[] memory entries = _certified();
        _standsAgainstAll(_postNow(entries), entries);
    }

    function test_07_soItDoesUnderAPolicyAndAPriceOfEnergy() external {
        _activate(_registerPolicy(PolicyVectors.POLICY_32), 0);
        vm.prank(address(timelock));
        parameters.set(Parameter.greenMicroPerKWh, 10 * ONE);
        _skipRounds(1);
        Entry[] memory entries = _certified();
        _standsAgainstAll(_postNow(entries), entries);
    }

    function test_anEmptyRoundStandsWhereNothingIsFeasible() external {
        vm.startPrank(operator);
        for (uint32 node = 1; node <= 3; ++node) {
            nodes.pause(node);
        }
        vm.stopPrank();
        _skipRounds(1);
        Entry[] memory none = new Entry[](0);
        uint32 round = _postNow(none);
        _standsAgainstAll(round, none);
    }

    /// A pair that is worth less than nothing is not matched, and blocks nobody.
    function test_anEmptyRoundStandsWhereEverythingIsTooDear() external {
        vm.prank(address(timelock));
        parameters.set(Parameter.greenMicroPerKWh, 200 * ONE);
        _skipRounds(1);
        vm.assertTrue(chain.weightOf(1, 1, _round()).weightMicro < 0);
        Entry[] memory none = new Entry[](0);
        _standsAgainstAll(_postNow(none), none);
    }

    function test_aSoleNodeTakesTheWholeBudget() external {
        vm.startPrank(operator);
        nodes.pause(2);
        nodes.pause(3);
        vm.stopPrank();
        vm.prank(client);
        workloads.cancel(2);
        _skipRounds(1);
        Entry[] memory entries = new Entry[](1);
        entries[0] = _dual(1, 1, 0, 0, 0);
        vm.assertEq(entries[0].priceMicro, BUDGET);
        _standsAgainstAll(_postNow(entries), entries);
    }

    // E1: a pair is worth more than its duals

    function test_E1_refutesAWorkloadThatWasLeftOut() external {
        Entry[] memory entries = _first(_certified());
        uint32 round = _postNow(entries);
        vm.assertTrue(_voids(round, entries, ChallengeKind.E1, 2, 2));
        vm.assertTrue(_voids(round, entries, ChallengeKind.E1, 2, 1)); // on the listed node too: it sold itself too cheap
        vm.assertFalse(_voids(round, entries, ChallengeKind.E1, 2, 3)); // does not fit
    }

    function test_E1_refutesAnEmptyRound() external {
        Entry[] memory none = new Entry[](0);
        uint32 round = _postNow(none);
        for (uint32 workload = 1; workload <= 2; ++workload) {
            for (uint32 node = 1; node <= 3; ++node) {
                bool feasible = workload == 1 || node != 3;
                vm.assertTrue(_voids(round, none, ChallengeKind.E1, workload, node) == feasible);
            }
        }
    }

    function test_E1_refutesAFriendInPlaceOfTheBest() external {
        Entry[] memory entries = _certified();
        entries[0] = _dual(1, 3, uint64(_weightMicro(1, 3)), 0, 0);
        uint32 round = _postNow(entries);
        vm.assertTrue(_voids(round, entries, ChallengeKind.E1, 1, 1));
    }

    function test_E1_refutesAnOverpricedEntry() external {
        Entry[] memory entries = _certified();
        entries[0] = _dual(1, 1, entries[0].uMicro - 1, 3, 0);
        uint32 round = _postNow(entries);
        vm.assertTrue(_voids(round, entries, ChallengeKind.E1, 1, 3));
        vm.assertTrue(_voids(round, entries, ChallengeKind.E4, 1, 0));
        vm.assertFalse(_voids(round, entries, ChallengeKind.E2, 1, 0));
    }

    /// The workloads above the cutoff are the next round's.
    function test_E1_isWrongOfAWorkloadAboveTheCutoff() external {
        vm.prank(address(timelock));
        parameters.set(Parameter.fullRound, 1);
        _skipRounds(1);
        Entry[] memory entries = new Entry[](1);
        entries[0] = _dual(1, 1, uint64(_weightMicro(1, 2)), 2, 0);
        uint32 round = _round();
        vm.prank(matcher);
        chain.postRound(round, 1, entries);
        _standsAgainstAll(round, entries);
        vm.assertFalse(_voids(round, entries, ChallengeKind.E1, 2, 2));
    }

    function test_E1_isWrongOfANodeThatIsNot() external {
        Entry[] memory none = new Entry[](0);
        uint32 round = _postNow(none);
        vm.assertFalse(_voids(round, none, ChallengeKind.E1, 1, 0));
        vm.assertFalse(_voids(round, none, ChallengeKind.E1, 1, 4));
    }

    // E2: an entry does not add up

    function test_E2_refutesDualsThatAreNotTheWeight() external {
        int8[2] memory errors = [int8(-1), int8(1)];
        for (uint256 i = 0; i < 2; ++i) {
            Entry[] memory entries = _certified();
            entries[1].uMicro = uint64(int64(entries[1].uMicro) + errors[i]);
            _refutedBy(entries, ChallengeKind.E2, 2);
        }
    }

    function test_E2_refutesAPriceThatIsNotCostAndV() external {
        int8[2] memory errors = [int8(-1), int8(1)];
        for (uint256 i = 0; i < 2; ++i) {
            Entry[] memory entries = _certified();
            entries[0].priceMicro = uint64(int64(entries[0].priceMicro) + errors[i]);
            _refutedBy(entries, ChallengeKind.E2, 1);
        }
    }

    /// Within its budget, and yet worth less than nothing.
    function test_E2_refutesAPairOfNegativeWeight() external {
        vm.prank(address(timelock));
        parameters.set(Parameter.greenMicroPerKWh, 200 * ONE);
        _skipRounds(1);
        Entry[] memory entries = new Entry[](1);
        entries[0] = _entry(1, 1, _costMicro(1, 1));
        _refutedBy(entries, ChallengeKind.E2, 1);
    }

    // E4: the price of an entry has no reason

    function test_E4_refutesAnEntryPricedByItself() external {
        _refutedWithNext(0, 1, 0);
    }

    function test_E4_refutesAnEntryPricedByNobody() external {
        _refutedWithNext(0, 0, 0);
    }

    function test_E4_refutesAnEntryPricedByANodeThatIsNot() external {
        _refutedWithNext(0, 4, 0);
    }

    function test_E4_refutesAnEntryPricedByANodeThatItDoesNotFit() external {
        _refutedWithNext(1, 3, 1);
    }

    function test_E4_refutesAnEntryPricedByAListedNodeOfNoLowerRank() external {
        _refutedWithNext(1, 1, 0);
        Entry[] memory entries = _certified();
        entries[0].rank = 2;
        _refutedBy(entries, ChallengeKind.E4, 2);
    }

    /// Whatever ranks a cycle of two is given, one of its entries has no lower one to point at.
    function testFuzz_E4_refutesACycle(uint16 rank1, uint16 rank2) external {
        Entry[] memory entries = _certified();
        (entries[0].next, entries[0].rank) = (2, rank1);
        (entries[1].next, entries[1].rank) = (1, rank2);
        uint32 round = _postNow(entries);
        bool first = _voids(round, entries, ChallengeKind.E4, 1, 0);
        bool second = _voids(round, entries, ChallengeKind.E4, 2, 0);
        vm.assertTrue(first || second);
        vm.assertTrue(first == (rank1 <= rank2));
    }

    /// The workload keeps too much, and an ineligible node is said to be the reason.
    function test_E4_refutesAnEntryUnderpricedThroughAnIneligibleNode() external {
        uint32 absent = _registerAsking(uint64(2 * ONE), 160);
        vm.prank(operator);
        nodes.pause(absent);
        _skipRounds(1);
        Entry[] memory entries = _certified();
        entries[0] = _dual(1, 1, uint64(_weightMicro(1, 2)), absent, 0);
        _refutedBy(entries, ChallengeKind.E4, 1);
    }

    function test_E4_refutesAnEntryThatItsNextDoesNotPrice() external {
        Entry[] memory entries = _certified();
        entries[0] = _dual(1, 1, entries[0].uMicro + 1, 3, 0);
        _refutedBy(entries, ChallengeKind.E4, 1);
    }

    function test_E4_refutesAReasonWhereNoneIsNeeded() external {
        vm.startPrank(operator);
        nodes.pause(2);
        nodes.pause(3);
        vm.stopPrank();
        _skipRounds(1);
        Entry[] memory entries = new Entry[](1);
        entries[0] = _dual(1, 1, 0, 2, 0);
        _refutedBy(entries, ChallengeKind.E4, 1);
        entries[0] = _dual(1, 1, 0, 0, 1);
        _refutedBy(entries, ChallengeKind.E4, 1);
    }

    // The past

    /// What is written while the round lasts binds later: the post passes, and no challenge is judged differently.
    function test_whatIsWrittenInTheRoundChangesNothingOfIt() external {
        Entry[] memory entries = _certified();
        uint32 round = _round();
        vm.prank(client);
        workloads.cancel(2);
        vm.startPrank(operator);
        nodes.pause(1);
        nodes.setAsk(2, 1);
        nodes.setAsk(3, uint64(900 * ONE));
        vm.stopPrank();
        vm.prank(address(timelock));
        parameters.set(Parameter.greenMicroPerKWh, 200 * ONE);
        _activate(_registerPolicy(PolicyVectors.POLICY_32), 0);

        _postNow(entries);
        _standsAgainstAll(round, entries);
        _skipRounds(4);
        _standsAgainstAll(round, entries);
    }

    /// A policy that does not answer counts as the largest penalty, in the round as in its challenge.
    function test_aPolicyThatRevertsCountsAsTheLargestPenalty() external {
        uint32 policy = _registerPolicy(PolicyVectors.POLICY_32);
        vm.etch(policies.codeOf(policy), hex"5f5ffd");
        _activate(policy, 0);
        _skipRounds(1);
        vm.assertEq(chain.weightOf(1, 1, _round()).penalty, type(uint16).max);
        Entry[] memory entries = new Entry[](0);
        vm.assertTrue(chain.weightOf(1, 1, _round()).weightMicro < 0);
        _standsAgainstAll(_postNow(entries), entries);
    }

    // Where the money goes

    function test_aRightChallengeVoidsTheRoundAndSplitsItsBond() external {
        Entry[] memory entries = _first(_certified());
        uint32 round = _postNow(entries);
        uint256 ofChallenger = vault.availableMicro(challenger);
        uint256 ofClient = vault.availableMicro(client);
        vm.expectEmit(address(vault));
        emit IDualTokenSystem.Moved(LedgerLines.matcherBond(matcher), LedgerLines.burned(), ROUND_BOND / 2);
        vm.expectEmit(address(chain));
        emit IAICChain.RoundVoided(round, challenger, ChallengeKind.E1, 2, 2, ROUND_BOND);
        vm.assertTrue(_challenge(round, entries, ChallengeKind.E1, 2, 2));

        vm.assertEq(vault.availableMicro(challenger), ofChallenger + ROUND_BOND / 5);
        vm.assertEq(vault.availableMicro(client), ofClient + ROUND_BOND * 3 / 10);
        vm.assertEq(_toBeBurnedMicro(), ROUND_BOND / 2);
        vm.assertEq(vault.balanceMicro(LedgerLines.matcherBond(matcher)), BOND - ROUND_BOND);
        vm.assertEq(chain.freeBondMicroOf(matcher), BOND - ROUND_BOND);
        vm.assertTrue(chain.roundOf(round).voided);
        (address who, uint32 lastRound, bool voided) = chain.standingOf(round);
        vm.assertEq(who, matcher);
        vm.assertEq(lastRound, round + 4);
        vm.assertTrue(voided);
    }

    function test_aWrongChallengeCostsItsBondAndTheRoundStands() external {
        Entry[] memory entries = _certified();
        uint32 round = _postNow(entries);
        uint256 ofMatcher = vault.availableMicro(matcher);
        for (uint64 i = 1; i <= 2; ++i) {
            vm.expectEmit(address(chain));
            emit IAICChain.ChallengeFailed(round, challenger, ChallengeKind.E4, 1, 0, CHALLENGE_BOND);
            vm.assertFalse(_challenge(round, entries, ChallengeKind.E4, 1, 7)); // the node is ignored
            vm.assertEq(vault.availableMicro(challenger), FUNDS_MICRO - i * CHALLENGE_BOND);
            vm.assertEq(vault.availableMicro(matcher), ofMatcher + i * CHALLENGE_BOND / 2);
            vm.assertEq(_toBeBurnedMicro(), i * CHALLENGE_BOND / 2);
        }
        vm.assertFalse(chain.roundOf(round).voided);
        vm.assertEq(chain.freeBondMicroOf(matcher), BOND - ROUND_BOND);
        vm.assertEq(chain.doublings(), 0);
    }

    /// @dev To the unit, whatever the bond; and the vault still covers what it owes.
    function testFuzz_02_everyUnitOfALostBondIsAccountedFor(uint256 bondMicro, bool right) external {
        bondMicro = bound(bondMicro, 0, 1_000);
        vm.startPrank(address(timelock));
        parameters.set(Parameter.minMatcherBondMicro, bondMicro);
        parameters.set(Parameter.matcherBondBps, 0);
        parameters.set(Parameter.challengeBondMicro, bondMicro);
        vm.stopPrank();
        _skipRounds(1);
        Entry[] memory entries = right ? new Entry[](0) : _certified();
        uint32 round = _postNow(entries);
        uint256 ofClient = vault.availableMicro(client);
        uint256 ofMatcher = vault.availableMicro(matcher);
        vm.assertTrue(_challenge(round, entries, ChallengeKind.E1, 1, 1) == right);

        vm.assertEq(_toBeBurnedMicro(), bondMicro - bondMicro / 2);
        if (right) {
            vm.assertEq(vault.availableMicro(challenger), FUNDS_MICRO + bondMicro / 5);
            vm.assertEq(vault.availableMicro(client), ofClient + bondMicro / 2 - bondMicro / 5);
            vm.assertEq(vault.balanceMicro(LedgerLines.matcherBond(matcher)), BOND - bondMicro);
        } else {
            vm.assertEq(vault.availableMicro(challenger), FUNDS_MICRO - bondMicro);
            vm.assertEq(vault.availableMicro(matcher), ofMatcher + bondMicro / 2);
        }
        vm.assertEq(aicc.balanceOf(address(vault)), vault.liabilitiesMicro() * WEI_PER_MICRO);
    }

    /// @dev Any change of one number of the certified round breaks it, but a rank that stays in order.
    function testFuzz_08_oneWrongNumberIsRefuted(uint256 field, uint256 which, uint64 by) external {
        Entry[] memory entries = _certified();
        Entry memory e = entries[which % 2];
        by = uint64(bound(by, 1, 1_000));
        field = bound(field, 0, 3);
        if (field == 0) {
            e.uMicro += by;
        } else if (field == 1) {
            e.vMicro += by;
        } else if (field == 2) {
            e.priceMicro -= uint64(bound(by, 1, e.priceMicro - _costMicro(e.workload, e.node)));
        } else {
            e.next = e.next + uint32(by);
        }
        uint32 round = _postNow(entries);
        vm.assertTrue(
            _voids(round, entries, ChallengeKind.E2, e.workload, 0)
                || _voids(round, entries, ChallengeKind.E4, e.workload, 0)
        );
    }

    // ------------------------------------------------------------------------------------------------------------

    function _postNow(Entry[] memory entries) private returns (uint32 round) {
        round = _round();
        _post(entries);
    }

    function _standsAgainstAll(uint32 round, Entry[] memory entries) private {
        for (uint32 workload = 1; workload <= 2; ++workload) {
            for (uint32 node = 1; node <= 3; ++node) {
                vm.assertFalse(_voids(round, entries, ChallengeKind.E1, workload, node));
            }
        }
        for (uint256 i = 0; i < entries.length; ++i) {
            vm.assertFalse(_voids(round, entries, ChallengeKind.E2, entries[i].workload, 0));
            vm.assertFalse(_voids(round, entries, ChallengeKind.E4, entries[i].workload, 0));
        }
    }

    function _refutedBy(Entry[] memory entries, ChallengeKind kind, uint32 workload) private {
        uint256 state = vm.snapshotState();
        uint32 round = _postNow(entries);
        vm.assertTrue(_voids(round, entries, kind, workload, 0));
        vm.revertToState(state);
    }

    function _refutedWithNext(uint256 entry, uint32 next, uint16 rank) private {
        Entry[] memory entries = _certified();
        (entries[entry].next, entries[entry].rank) = (next, rank);
        _refutedBy(entries, ChallengeKind.E4, entries[entry].workload);
    }
}

/// @notice What a challenge costs, as a transaction of its own: the same for a round of 1 entry and of 256, but for bringing
/// the entries back.
/// forge-config: default.isolate = true
contract ChallengeGasTest is CertifiedRound {
    uint32 private constant FULL = 256;

    /// Bringing one back: to copy it, to hash it, to see whether it lists the node.
    uint256 private constant MOST_GAS_PER_ENTRY = 200;
    uint256 private constant MOST_GAS_OF_A_WRONG_ONE = 250_000;
    uint256 private constant MOST_GAS_OF_A_RIGHT_ONE = 300_000;

    function test_aChallengeCostsTheSameForAFullRoundButForItsEntries() external {
        _activate(_registerPolicy(PolicyVectors.POLICY_32), 0);
        for (uint256 i = 0; i < FULL; ++i) {
            _register(4);
            _submit(_job());
        }
        _skipRounds(1);
        uint256 state = vm.snapshotState();
        (uint256 right, uint256 wrong) = _gasOfARoundOf(FULL);
        vm.revertToState(state);
        (uint256 rightOfOne, uint256 wrongOfOne) = _gasOfARoundOf(1);
        vm.assertLe(right, rightOfOne + FULL * MOST_GAS_PER_ENTRY);
        vm.assertLe(wrong, wrongOfOne + FULL * MOST_GAS_PER_ENTRY);
        vm.assertLe(right, MOST_GAS_OF_A_RIGHT_ONE);
        vm.assertLe(wrong, MOST_GAS_OF_A_WRONG_ONE);
    }

    /// @dev Of a right challenge of a workload that the round left out and of a wrong one of its last entry.
    function _gasOfARoundOf(uint32 count) private returns (uint256 right, uint256 wrong) {
        Entry[] memory entries = _atCost(count);
        uint32 round = _round();
        _post(entries);
        Entry memory last = entries[count - 1];
        right = _gasOf(round, entries, ChallengeKind.E1, 1, 1);
        wrong = _gasOf(round, entries, ChallengeKind.E1, last.workload, last.node);
    }

    function _atCost(uint32 count) private view returns (Entry[] memory entries) {
        entries = new Entry[](count);
        for (uint32 i = 0; i < count; ++i) {
            entries[i] = _entry(i + 3, i + 4, _costMicro(i + 3, i + 4));
            entries[i].uMicro = BUDGET;
        }
    }

    /// @dev Beyond what the calldata costs.
    function _gasOf(uint32 round, Entry[] memory entries, ChallengeKind kind, uint32 workload, uint32 node)
        private
        returns (uint256 gas)
    {
        uint256 state = vm.snapshotState();
        bool voided = _challenge(round, entries, kind, workload, node);
        vm.assertTrue(voided == (workload == 1));
        gas = vm.lastCallGas().gasTotalUsed
            - _calldataGas(abi.encodeCall(chain.challenge, (round, entries, kind, workload, node)));
        vm.revertToState(state);
    }

    function _calldataGas(bytes memory data) private pure returns (uint256 gas) {
        for (uint256 i = 0; i < data.length; ++i) {
            gas += data[i] == 0 ? 4 : 16;
        }
    }
}
