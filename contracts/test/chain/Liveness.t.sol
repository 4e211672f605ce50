// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IAIWorkloads} from "../../src/interfaces/IAIWorkloads.sol";
import {LedgerLines} from "../../src/types/LedgerLines.sol";
import {ChallengeKind, Entry, Status} from "../../src/types/Types.sol";
import {CertifiedRound} from "../base/CertifiedRound.sol";
import {vm} from "../base/Vm.sol";

/// @notice What cannot stall the network: a matcher with much money, and clients with many workloads.
contract LivenessTest is CertifiedRound {
    address private attacker = _actor("attacker");
    uint32[] private waiting;
    uint32[] private idle;
    uint32 private spare;

    /// The attacker posts an empty round whenever it is drawn, is voided for it and takes its seat again, until it cannot
    /// pay. In every other round all that is open is matched by the honest one, and stands.
    function test_aMatcherThatPostsEmptyRoundsRunsOutOfMoneyAndStallsNothing() external {
        _begin();
        uint256 attacks;
        uint256 matched;
        for (uint256 i = 0; i < 100; ++i) {
            _nextRound(i);
            uint256 wealth = _wealthMicro(attacker);
            uint256 roundBond = chain.bondNeededMicro(0);
            uint32 round = _round();
            if (_attacks(round, roundBond)) {
                vm.assertTrue(_challenge(round, new Entry[](0), ChallengeKind.E1, waiting[0], spare));
                vm.assertEq(_wealthMicro(attacker), wealth - roundBond);
                ++attacks;
            } else {
                matched += waiting.length;
                _postHonest(round);
            }
        }
        vm.assertGe(attacks, 10);
        vm.assertEq(chain.doublings(), 4);
        vm.assertLt(_wealthMicro(attacker), chain.bondNeededMicro(0));
        vm.assertEq(matched + waiting.length, 100);
        vm.assertGt(_wealthMicro(challenger), FUNDS_MICRO);
    }

    /// Drawn or not: a round that nobody posted in its first half is anybody's in its second.
    function test_anAttackerThatIsDrawnAndSilentDelaysARoundByHalf() external {
        _fund(attacker);
        vm.prank(matcher);
        chain.unbond(BOND);
        vm.prank(attacker);
        chain.bond(BOND);
        _skipRounds(1);
        vm.assertEq(chain.drawnMatcher(_round()), attacker);
        vm.prank(matcher);
        chain.bond(BOND);
        vm.warp(block.timestamp + ROUND_SEC / 2);
        Entry[] memory entries = _certified();
        _post(entries);
        vm.assertEq(uint256(workloads.workload(1).status), uint256(Status.Matched));
    }

    /// Far more feasible workloads than a round holds: a full round leaves the newer ones to the next, and none of them
    /// refutes it; those up to its cutoff that it left out would.
    function test_aFloodOfWorkloadsIsServedOldestFirst() external {
        uint32 flood = 10_000;
        IAIWorkloads.Submission memory job = _job();
        job.gpus = 4; // the whole node
        vm.pauseGasMetering(); // a test has less gas than so many workloads take
        for (uint256 i = 0; i < flood; ++i) {
            _submit(job);
        }
        vm.resumeGasMetering();
        for (uint32 i = 0; i < 2 * 256; ++i) {
            _register(4);
        }
        _skipRounds(1);

        Entry[] memory entries = _postFull(3, 4);
        uint32 round = _round();
        vm.assertEq(chain.roundOf(round).cutoff, 258);
        // Nothing feasible up to the cutoff is left out; above it, nothing is claimed.
        vm.assertFalse(_voids(round, entries, ChallengeKind.E1, 259, 300));
        vm.assertFalse(_voids(round, entries, ChallengeKind.E1, flood, 300));
        vm.assertFalse(_voids(round, entries, ChallengeKind.E1, 258, 300));
        vm.assertFalse(_voids(round, entries, ChallengeKind.E2, 258, 0));
        vm.assertFalse(_voids(round, entries, ChallengeKind.E4, 258, 0));
        vm.assertTrue(_voids(round, entries, ChallengeKind.E1, 1, 300)); // only because this round skips it
        _skipRounds(1);
        _postFull(259, 260);
        vm.assertEq(chain.roundOf(_round()).cutoff, 514);
        vm.assertEq(uint256(workloads.workload(514).status), uint256(Status.Matched));
    }

    // ------------------------------------------------------------------------------------------------------------

    /// @dev 256 workloads from `workload` on, on as many equal nodes from `node` on; unlisted equal nodes price them all.
    function _postFull(uint32 workload, uint32 node) private returns (Entry[] memory entries) {
        uint64 u = uint64(_weightMicro(workload, node));
        entries = new Entry[](256);
        for (uint32 i = 0; i < 256; ++i) {
            entries[i] = _dual(workload + i, node + i, u, 515, 0);
        }
        uint32 round = _round();
        vm.prank(matcher);
        chain.postRound(round, workload + 255, entries);
    }

    /// @dev Two seats; every round brings a workload and a node for it, and one more node prices them all.
    function _begin() private {
        vm.startPrank(client);
        workloads.cancel(1);
        workloads.cancel(2);
        vm.stopPrank();
        _fund(attacker);
        vm.startPrank(attacker);
        vault.withdraw(FUNDS_MICRO - 20_000 * ONE);
        chain.bond(20_000 * ONE);
        vm.stopPrank();
        vm.prank(matcher);
        chain.bond(100_000 * ONE);
        spare = _register(4);
    }

    function _nextRound(uint256 i) private {
        waiting.push(_submit(_job()));
        idle.push(_register(4));
        _heartbeat(spare);
        for (uint256 j = 0; j < idle.length; ++j) {
            _heartbeat(idle[j]);
        }
        vm.prevrandao(uint256(keccak256(abi.encode("randao", i))));
        _skipRounds(1);
    }

    /// @dev It posts an empty round where it is drawn and can pay, and else takes its seat again.
    function _attacks(uint32 round, uint256 roundBond) private returns (bool attacks) {
        attacks = chain.drawnMatcher(round) == attacker && chain.freeBondMicroOf(attacker) >= roundBond;
        uint32 cutoff = _newest();
        vm.prank(attacker);
        if (attacks) chain.postRound(round, cutoff, new Entry[](0));
        else chain.bond(0);
    }

    /// @dev At once where it is drawn or nobody is; in the second half where the attacker is and cannot pay.
    function _postHonest(uint32 round) private {
        address drawn = chain.drawnMatcher(round);
        if (drawn == attacker) vm.warp(block.timestamp + ROUND_SEC / 2);
        Entry[] memory entries = new Entry[](waiting.length);
        for (uint256 i = 0; i < entries.length; ++i) {
            entries[i] = _dual(waiting[i], idle[i], uint64(_weightMicro(waiting[i], spare)), spare, 0);
        }
        _post(entries);
        for (uint256 i = 0; i < entries.length; ++i) {
            _assertStatus(waiting[i], Status.Matched);
        }
        vm.assertFalse(_voids(round, entries, ChallengeKind.E1, waiting[0], spare));
        delete waiting;
        delete idle;
    }

    function _wealthMicro(address who) private view returns (uint256) {
        return vault.availableMicro(who) + vault.balanceMicro(LedgerLines.matcherBond(who));
    }
}
