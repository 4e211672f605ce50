// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Parameter} from "../../src/generated/ParameterTable.sol";
import {IAICChain} from "../../src/interfaces/IAICChain.sol";
import {IAIWorkloads} from "../../src/interfaces/IAIWorkloads.sol";
import {IComputeNodes} from "../../src/interfaces/IComputeNodes.sol";
import {NodeRecords} from "../../src/types/NodeRecordLib.sol";
import {CloseReason, Entry, Ineligible, Measured, NodeRecord, Status} from "../../src/types/Types.sol";
import {FullNetwork} from "../base/FullNetwork.sol";
import {Vm, bound, vm} from "../base/Vm.sol";

contract PostRoundTest is FullNetwork {
    using NodeRecords for NodeRecord;

    // Refusals: the round

    function test_refusesAnyRoundButTheCurrent() external {
        uint32 current = _round();
        for (uint32 round = current - 1; round <= current + 1; round += 2) {
            vm.expectRevert(abi.encodeWithSelector(IAICChain.NotCurrentRound.selector, round, current));
            vm.prank(matcher);
            chain.postRound(round, 0, new Entry[](0));
        }
    }

    function test_refusesASecondRound() external {
        _post(new Entry[](0));
        _refusesToPost(new Entry[](0), abi.encodeWithSelector(IAICChain.AlreadyPosted.selector, _round()));
    }

    function test_refusesAMatcherWithoutTheLeastBond() external {
        vm.expectRevert(abi.encodeWithSelector(IAICChain.BondTooSmall.selector, outsider, 0, 100 * ONE));
        vm.prank(outsider);
        chain.postRound(_round(), 0, new Entry[](0));
    }

    function test_refusesABondBelowItsShareOfThePrices() external {
        IAIWorkloads.Submission memory s = _job();
        s.budgetMicro = uint64(20_000 * ONE);
        (uint32 workload, uint32 node) = _openWith(s);
        Entry[] memory entries = _one(workload, node, s.budgetMicro);
        _refusesToPost(
            entries, abi.encodeWithSelector(IAICChain.BondTooSmall.selector, matcher, BOND, 2_000 * ONE)
        );
    }

    function test_refusesACutoffAboveTheNewest() external {
        vm.expectRevert(abi.encodeWithSelector(IAICChain.CutoffTooHigh.selector, 1, 0));
        vm.prank(matcher);
        chain.postRound(_round(), 1, new Entry[](0));
    }

    function test_refusesToLeaveNewerWorkloadsOutOfARoundThatIsNotFull() external {
        _open();
        vm.expectRevert(abi.encodeWithSelector(IAICChain.CutoffTooLow.selector, 0, 1, 0, 256));
        vm.prank(matcher);
        chain.postRound(_round(), 0, new Entry[](0));
    }

    function test_aWorkloadOfThisVeryRoundIsNotYetTheNewest() external {
        _submit(_job());
        vm.expectRevert(abi.encodeWithSelector(IAICChain.CutoffTooHigh.selector, 1, 0));
        vm.prank(matcher);
        chain.postRound(_round(), 1, new Entry[](0));
    }

    // Refusals: an entry

    function test_refusesEntriesThatDoNotAscend() external {
        (uint32 first, uint32 node) = _open();
        (uint32 second, uint32 other) = _open();
        Entry[] memory entries = _two(second, other, first, node);
        _refusesToPost(entries, abi.encodeWithSelector(IAICChain.EntriesNotAscending.selector, 1));
        entries = _two(first, node, first, other);
        _refusesToPost(entries, abi.encodeWithSelector(IAICChain.EntriesNotAscending.selector, 1));
    }

    function test_refusesANodeTwice() external {
        (uint32 first, uint32 node) = _open();
        (uint32 second,) = _open();
        Entry[] memory entries = _two(first, node, second, node);
        _refusesToPost(entries, abi.encodeWithSelector(IAICChain.NodeTwice.selector, node));
    }

    function test_refusesWorkloadsBeyondTheCutoff() external {
        (uint32 workload, uint32 node) = _open();
        _refusesToPost(
            _one(workload + 1, node, 0),
            abi.encodeWithSelector(IAICChain.CutoffExceeded.selector, 0, workload + 1, workload)
        );
    }

    function test_refusesANodeThatIsNot() external {
        (uint32 workload, uint32 node) = _open();
        _refused(workload, node + 1, Ineligible.NotRegistered);
    }

    function test_refusesANodeOfThisVeryRound() external {
        (uint32 workload,) = _open();
        _refused(workload, _register(4), Ineligible.NotRegistered);
    }

    function test_refusesAWorkloadThatIsMatched() external {
        (uint32 workload,) = _matched();
        uint32 other = _register(4);
        _skipRounds(1);
        _refused(workload, other, Ineligible.WorkloadNotOpen);
    }

    function test_refusesAPausedNodeFromTheNextRoundOn() external {
        (uint32 workload, uint32 node) = _open();
        vm.prank(operator);
        nodes.pause(node);
        uint256 state = vm.snapshotState();
        _match(workload, node, 0); // the pause came too late for this round
        vm.revertToState(state);
        _skipRounds(1);
        _refused(workload, node, Ineligible.Inactive);
    }

    function test_refusesAStaleNode() external {
        (uint32 workload, uint32 node) = _open();
        _skipRounds(12);
        _refused(workload, node, Ineligible.Stale);
    }

    function test_refusesAFullNode() external {
        (, uint32 node) = _matched();
        IAIWorkloads.Submission memory s = _job();
        s.gpus = 3;
        uint32 workload = _submit(s);
        _skipRounds(1);
        _refused(workload, node, Ineligible.NoFreeGpus);
    }

    function test_refusesANodeThatIsTooSlow() external {
        IAIWorkloads.Submission memory s = _job();
        s.maxDurationSec = 100;
        (uint32 workload, uint32 node) = _openWith(s);
        _refused(workload, node, Ineligible.TooSlow);
    }

    function test_refusesAPriceBelowTheCostOrAboveTheBudget() external {
        (uint32 workload, uint32 node) = _open();
        uint64 cost = _costMicro(workload, node);
        uint64[2] memory prices = [cost - 1, BUDGET + 1];
        for (uint256 i = 0; i < 2; ++i) {
            _refusesToPost(
                _one(workload, node, prices[i]),
                abi.encodeWithSelector(IAICChain.PriceOutOfRange.selector, 0, cost, prices[i], BUDGET)
            );
        }
    }

    function test_refusesNobodyForAnAskOfThisVeryRound() external {
        (uint32 workload, uint32 node) = _open();
        uint64 cost = _costMicro(workload, node);
        vm.prank(operator);
        nodes.setAsk(node, uint64(500 * ONE));
        _post(_one(workload, node, cost));
        _assertStatus(workload, Status.Matched);
    }

    /// A word wider than its field would be hashed and yet be no entry that a challenge could bring back.
    function test_refusesWordsThatAreWiderThanTheirFields() external {
        (uint32 workload, uint32 node) = _open();
        Entry[] memory entries = _one(workload, node, BUDGET);
        uint8[7] memory bits = [32, 32, 64, 64, 64, 32, 16];
        for (uint256 field = 0; field < 7; ++field) {
            bytes memory data = abi.encodeCall(chain.postRound, (_round(), workload, entries));
            assembly ("memory-safe") {
                // past length, selector, three heads and the number of entries
                let word := add(add(data, 164), mul(field, 32))
                mstore(word, or(mload(word), shl(mload(add(bits, mul(field, 32))), 1)))
            }
            vm.prank(matcher);
            (bool posted,) = address(chain).call(data);
            vm.assertFalse(posted);
        }
        _post(entries);
    }

    /// A watcher holds amounts in a float64: what it could not say it could not challenge.
    function test_refusesDualsAboveWhatMoneyCanBe() external {
        (uint32 workload, uint32 node) = _open();
        Entry[] memory entries = _one(workload, node, BUDGET);
        entries[0].uMicro = 2 ** 53;
        _refusesToPost(entries, abi.encodeWithSelector(IAICChain.EntriesTooWide.selector));
        entries[0].uMicro = 2 ** 53 - 1;
        entries[0].vMicro = type(uint64).max;
        _refusesToPost(entries, abi.encodeWithSelector(IAICChain.EntriesTooWide.selector));
        entries[0].vMicro = 2 ** 53 - 1;
        _post(entries);
    }

    // What it does

    function test_keepsTheHashOfTheEntriesAndSaysTheRest() external {
        (uint32 workload, uint32 node) = _open();
        Entry[] memory entries = _one(workload, node, BUDGET);
        entries[0].uMicro = 1;
        entries[0].vMicro = 2;
        entries[0].next = 3;
        entries[0].rank = 4;
        bytes32 hash = keccak256(abi.encode(entries));
        vm.expectEmit(address(chain));
        emit IAICChain.RoundPosted(_round(), matcher, workload, hash, entries);
        _post(entries);

        IAICChain.Round memory round = chain.roundOf(_round());
        vm.assertEq(round.entriesHash, hash);
        vm.assertEq(round.matcher, matcher);
        vm.assertEq(round.cutoff, workload);
        vm.assertEq(round.entryCount, 1);
        vm.assertEq(round.lastChallengeRound, _round() + 4);
        vm.assertEq(round.bondMicro, 100 * ONE);
        vm.assertFalse(round.voided);
        vm.assertEq(chain.matcherOf(_round()), matcher);
    }

    function test_matchesTheWorkloadAndTakesTheGpusFromTheNextRound() external {
        (uint32 workload, uint32 node) = _open();
        uint64 price = _match(workload, node, 7);
        IAIWorkloads.Workload memory w = workloads.workload(workload);
        _assertStatus(workload, Status.Matched);
        vm.assertEq(w.node, node);
        vm.assertEq(w.priceMicro, price);
        vm.assertEq(w.matchedRound, _round());
        vm.assertEq(w.matches, 1);
        vm.assertEq(nodes.recordAt(node, _round()).freeGpus(), 4);
        vm.assertEq(_nextRecord(node).freeGpus(), 2);
        vm.assertEq(_nextRecord(node).matchedRound(), _round());
        (uint32 open,) = workloads.countersAt(_round() + 1);
        vm.assertEq(open, 0);
        (uint64 gpus, uint64 free) = nodes.networkGpusAt(_round() + 1);
        vm.assertEq(gpus, 4);
        vm.assertEq(free, 2);
    }

    function test_closesTheWorkloadAndBooksItsReopening() external {
        (uint32 workload, uint32 node) = _open();
        uint32 round = _round();
        _match(workload, node, 0);
        vm.assertTrue(workloads.isOpenAt(workload, round));
        for (uint32 k = 1; k <= 4; ++k) {
            vm.assertFalse(workloads.isOpenAt(workload, round + k));
        }
        vm.assertTrue(workloads.isOpenAt(workload, round + 5));
    }

    /// A match has no record of its own in the log: its node's follows from the last one before it. So all that a round undoes
    /// (here of a node that did not show up, is paused for it and is matched at once) is told before all that it matches.
    function test_recordsFollowFromTheLogInItsOrder() external {
        (uint32 first, uint32 node) = _open();
        uint32 second = _submit(_job());
        _skipRounds(1);
        _match(second, node, 0);
        _skipRounds(5);
        _heartbeat(node);
        uint32 other = _register(4);
        _skipRounds(1);
        Entry[] memory entries = new Entry[](2);
        entries[0] = _entry(first, node, BUDGET);
        entries[1] = _entry(second, other, BUDGET);
        vm.recordLogs();
        _post(entries);

        Vm.Log[] memory logs = vm.getRecordedLogs();
        NodeRecord told;
        for (uint256 i = 0; i < logs.length; ++i) {
            bytes32 topic = logs[i].topics[0];
            if (topic == IComputeNodes.NodeRecordWritten.selector) {
                vm.assertEq(uint256(logs[i].topics[1]), node);
                (, told) = abi.decode(logs[i].data, (uint32, NodeRecord));
            } else if (topic == IAIWorkloads.WorkloadMatched.selector && uint256(logs[i].topics[2]) == node) {
                told = told.occupied(2, _round(), 0);
            }
        }
        vm.assertEq(NodeRecord.unwrap(told), NodeRecord.unwrap(_nextRecord(node)));
        vm.assertEq(told.freeGpus(), 2);
    }

    /// What a match does to the open rounds is read from the match until its wait for the start ends.
    function test_theBookingOfAMatchIsReadBeforeItIsWritten() external {
        (uint32 workload, uint32 node) = _matched();
        uint32 round = _round();
        for (uint32 k = round - 1; k <= round + 6; ++k) {
            vm.assertTrue(workloads.isOpenAt(workload, k) == (k == round || k >= round + 5));
        }
        _skipRounds(1);
        vm.prank(operator);
        workloads.start(workload);
        for (uint32 k = round - 1; k <= round + 6; ++k) {
            vm.assertTrue(workloads.isOpenAt(workload, k) == (k == round));
        }
        vm.assertEq(_freeGpus(node), 2);
    }

    function test_aNoShowIsMatchedAgainWithoutAnyTransactionBetween() external {
        (uint32 workload, uint32 absent) = _matched();
        uint256 before = vault.availableMicro(client);
        uint256 stake = nodes.stakeMicroOf(absent);
        _skipRounds(4);
        uint32 other = _register(2);
        _skipRounds(1);
        _match(workload, other, 0);
        vm.assertEq(workloads.workload(workload).node, other);
        vm.assertEq(workloads.workload(workload).matches, 2);
        vm.assertEq(uint256(workloads.workload(workload).reason), uint256(CloseReason.NoShow));
        vm.assertEq(_freeGpus(absent), 4);
        vm.assertEq(_freeGpus(other), 0);
        vm.assertEq(nodes.stakeMicroOf(absent), stake - ONE);
        vm.assertEq(vault.availableMicro(client), before + ONE);
        (uint32 open,) = workloads.countersAt(_round() + 1);
        vm.assertEq(open, 0);
    }

    function test_aFullRoundMayLeaveNewerWorkloadsOut() external {
        vm.prank(address(timelock));
        parameters.set(Parameter.fullRound, 1);
        (uint32 workload, uint32 node) = _open();
        _submit(_job());
        _skipRounds(1);
        Entry[] memory entries = _one(workload, node, BUDGET);
        vm.prank(matcher);
        chain.postRound(_round(), workload, entries);
        vm.assertEq(chain.roundOf(_round()).cutoff, workload);
    }

    // Properties

    /// @dev Whatever is posted, what is matched has cost <= price <= budget.
    function test_03_costPriceBudget(uint64 ask, uint64 budget, uint64 price) external {
        IAIWorkloads.Submission memory s = _job();
        s.budgetMicro = uint64(bound(budget, 1, 1_000 * ONE));
        (uint32 workload, uint32 node) = _openWith(s);
        vm.prank(operator);
        nodes.setAsk(node, uint64(bound(ask, 0, 1_000 * ONE)));
        _skipRounds(1);
        price = uint64(bound(price, 0, 1_200 * ONE));
        uint64 cost = _costMicro(workload, node);
        try this.post(_one(workload, node, price)) {
            vm.assertLe(cost, price);
            vm.assertLe(price, s.budgetMicro);
            vm.assertEq(workloads.workload(workload).priceMicro, price);
        } catch {
            vm.assertTrue(price < cost || price > s.budgetMicro);
            _assertStatus(workload, Status.Open);
        }
    }

    /// @dev Whatever befell a node (audits, pauses, silence), a match of it means that it was none of those.
    function test_06_noExcludedFlaggedInactiveStaleNodeIsMatched(uint256 seed) external {
        (uint32 workload, uint32 node) = _open();
        for (uint256 step = 0; step < 6; ++step) {
            _befall(node, uint256(keccak256(abi.encode(seed, step))));
        }
        NodeRecord record = nodes.recordAt(node, _round());
        bool sound = record.flags() & 7 == 1 && _round() <= record.freshUntilRound();
        try this.post(_one(workload, node, BUDGET)) {
            vm.assertTrue(sound);
            _assertStatus(workload, Status.Matched);
        } catch {
            vm.assertFalse(sound);
            _assertStatus(workload, Status.Open);
        }
    }

    function post(Entry[] calldata entries) external {
        _post(entries);
    }

    function _befall(uint32 node, uint256 random) private {
        uint256 what = random % 8;
        bool answered = what != 1;
        if (what < 3) {
            Measured memory measured = Measured(answered, 90_000, 100, 20_000_000);
            vm.prank(address(reporting));
            nodes.applyAudit(node, measured, what == 0 ? (random >> 8) % 10_001 : 0);
        } else if (what == 3) {
            vm.prank(operator);
            nodes.pause(node);
        } else if (what == 4) {
            vm.prank(operator);
            try nodes.resume(node) {} catch {} // not while it is excluded
        } else if (what < 7) {
            _heartbeat(node);
        } else {
            _skipRounds(uint32((random >> 8) % 9));
        }
        if (random >> 255 == 0) _skipRounds(1);
    }

    function _refused(uint32 workload, uint32 node, Ineligible reason) private {
        _refusesToPost(
            _one(workload, node, BUDGET),
            abi.encodeWithSelector(IAICChain.NotEligible.selector, 0, workload, node, reason)
        );
    }

    function _one(uint32 workload, uint32 node, uint64 priceMicro)
        private
        pure
        returns (Entry[] memory entries)
    {
        entries = new Entry[](1);
        entries[0] = _entry(workload, node, priceMicro);
    }

    function _two(uint32 w0, uint32 c0, uint32 w1, uint32 c1) private pure returns (Entry[] memory entries) {
        entries = new Entry[](2);
        entries[0] = _entry(w0, c0, BUDGET);
        entries[1] = _entry(w1, c1, BUDGET);
    }
}
