// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IAIWorkloads} from "../../src/interfaces/IAIWorkloads.sol";
import {HISTORY_ROUNDS} from "../../src/libraries/RoundHistory.sol";
import {WorkloadPlaces} from "../../src/libraries/WorkloadPlaces.sol";
import {Status, WorkloadSpec} from "../../src/types/Types.sol";
import {FullNetwork} from "../base/FullNetwork.sol";
import {vm} from "../base/Vm.sol";

/// @notice A lap of the ring later: who takes over which place, and who is kept.
contract PlacesTest is FullNetwork {
    uint32 private constant LATER = uint32(WorkloadPlaces.PLACES) + 1; // has the place of workload 1

    function test_aPlaceIsTakenOverFromOneThatIsLongOver() external {
        (uint32 old,) = _completed();
        _skipRounds(5);
        workloads.settle(old);
        _skipRounds(uint32(HISTORY_ROUNDS));
        _toNextLap();
        uint32 id = _submit(_lease());
        vm.assertEq(id, LATER);

        vm.expectRevert(abi.encodeWithSelector(IAIWorkloads.UnknownWorkload.selector, old));
        workloads.workload(old);
        vm.assertEq(WorkloadSpec.unwrap(workloads.specOf(old)), 0);
        vm.assertFalse(workloads.isOpenAt(old, _round()));
    }

    function test_nothingIsLeftOfTheOneBefore() external {
        (uint32 old,) = _completed();
        _skipRounds(5);
        workloads.settle(old);
        _skipRounds(uint32(HISTORY_ROUNDS));
        _toNextLap();
        uint32 again = _submit(_lease());
        uint32 fresh = _submit(_lease()); // where nobody was

        IAIWorkloads.Workload memory a = workloads.workload(again);
        IAIWorkloads.Workload memory b = workloads.workload(fresh);
        vm.assertEq(abi.encode(a), abi.encode(b));
        vm.assertTrue(workloads.isOpenAt(again, _round() + 1));
        vm.assertEq(WorkloadSpec.unwrap(a.spec) >> 242, 0); // the lap stays inside
    }

    /// Whoever keeps a place busy blocks nobody: the next one is kept beside it.
    function test_oneThatIsNotOverStaysAndTheNextIsKeptToo() external {
        (uint32 old, uint32 node) = _running();
        _skipRounds(uint32(HISTORY_ROUNDS) + 5);
        _toNextLap();
        uint32 id = _submit(_lease());
        _assertStatus(old, Status.Running);
        _assertStatus(id, Status.Open);
        vm.assertEq(workloads.workload(id).matches, 0);

        _heartbeat(node);
        _skipRounds(1);
        _match(id, node, 0);
        workloads.settle(old); // abandoned, and its client's patience is over
        _assertStatus(old, Status.Refunded);
        _assertStatus(id, Status.Matched);
        vm.assertEq(_escrowMicro(), workloads.workload(id).escrowMicro);
    }

    /// What a dispute may still ask of is not overwritten, though its money is gone.
    function test_oneThatWasOpenWithinTheWindowStays() external {
        (uint32 old,) = _matched();
        uint32 matched = _round();
        vm.prank(client);
        workloads.cancel(old);
        _toRound(matched + uint32(HISTORY_ROUNDS));
        _toNextLap();
        uint32 id = _submit(_lease());
        _assertStatus(old, Status.Refunded);
        vm.assertTrue(workloads.isOpenAt(old, matched));
        _assertStatus(id, Status.Open);
    }

    function test_aRoundLaterItIsOver() external {
        (uint32 old,) = _matched();
        uint32 matched = _round();
        vm.prank(client);
        workloads.cancel(old);
        _toRound(matched + uint32(HISTORY_ROUNDS) + 1);
        _toNextLap();
        _submit(_lease());
        vm.assertEq(WorkloadSpec.unwrap(workloads.specOf(old)), 0);
    }
}
