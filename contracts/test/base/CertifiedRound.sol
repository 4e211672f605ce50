// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IAIWorkloads} from "../../src/interfaces/IAIWorkloads.sol";
import {LedgerLines} from "../../src/types/LedgerLines.sol";
import {ChallengeKind, Claims, Entry, Weight} from "../../src/types/Types.sol";
import {FullNetwork} from "./FullNetwork.sol";
import {vm} from "./Vm.sol";

/// @notice A market whose certified round is small and has every part: asks rise from node 1 to node 3, and workload 2 does
/// not fit node 3. So workload 1 is priced by node 3, which is unlisted, and workload 2 by node 1, which is listed.
abstract contract CertifiedRound is FullNetwork {
    uint64 internal constant CHALLENGE_BOND = 10_000_000;
    uint64 internal constant ROUND_BOND = 100_000_000;

    address internal challenger = _actor("challenger");

    function setUp() public virtual override {
        super.setUp();
        _fund(challenger);
        for (uint64 ask = 1; ask <= 3; ++ask) {
            _registerAsking(uint64(ask * ONE), ask == 3 ? 110 : 160);
        }
        _submit(_job());
        IAIWorkloads.Submission memory large = _job();
        large.memoryCode = 150;
        _submit(large);
        _skipRounds(1);
    }

    function _registerAsking(uint64 ask, uint8 memoryCode) internal returns (uint32) {
        Claims memory claims = _claims(4);
        claims.memoryCode = memoryCode;
        vm.prank(operator);
        return nodes.register(claims, ask, "https://127.0.0.1:8787");
    }

    // Entries ----------------------------------------------------------------------------------------------------

    function _certified() internal view returns (Entry[] memory entries) {
        entries = new Entry[](2);
        entries[0] = _dual(1, 1, uint64(_weightMicro(1, 3)), 3, 0);
        entries[1] = _dual(2, 2, uint64(_weightMicro(2, 1)) - entries[0].vMicro, 1, 1);
    }

    /// @dev The entry of a pair whose workload keeps `u`: v and price follow.
    function _dual(uint32 workload, uint32 node, uint64 u, uint32 next, uint16 rank)
        internal
        view
        returns (Entry memory)
    {
        Weight memory w = chain.weightOf(workload, node, _round());
        uint64 v = uint64(uint256(w.weightMicro)) - u;
        return Entry(workload, node, u, v, uint64(w.costMicro) + v, next, rank);
    }

    function _weightMicro(uint32 workload, uint32 node) internal view returns (uint256) {
        return uint256(chain.weightOf(workload, node, _round()).weightMicro);
    }

    function _first(Entry[] memory entries) internal pure returns (Entry[] memory one) {
        one = new Entry[](1);
        one[0] = entries[0];
    }

    // Challenges -------------------------------------------------------------------------------------------------

    function _challenge(
        uint32 round,
        Entry[] memory entries,
        ChallengeKind kind,
        uint32 workload,
        uint32 node
    ) internal returns (bool) {
        vm.prank(challenger);
        return chain.challenge(round, entries, kind, workload, node);
    }

    /// @dev Whether the challenge would void the round; nothing remains of it.
    function _voids(uint32 round, Entry[] memory entries, ChallengeKind kind, uint32 workload, uint32 node)
        internal
        returns (bool voided)
    {
        uint256 state = vm.snapshotState();
        voided = _challenge(round, entries, kind, workload, node);
        vm.revertToState(state);
    }

    /// @dev Posts an empty round and has it voided.
    function _voidOne() internal {
        uint32 round = _round();
        Entry[] memory none = new Entry[](0);
        _post(none);
        vm.assertTrue(_challenge(round, none, ChallengeKind.E1, 1, 1));
    }

    function _toBeBurnedMicro() internal view returns (uint256) {
        return vault.balanceMicro(LedgerLines.burned());
    }
}
