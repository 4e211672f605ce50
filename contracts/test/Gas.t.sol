// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Parameter} from "../src/generated/ParameterTable.sol";
import {IParameters} from "../src/interfaces/IParameters.sol";
import {IAIWorkloads} from "../src/interfaces/IAIWorkloads.sol";
import {HISTORY_CAPACITY, HISTORY_ROUNDS} from "../src/libraries/RoundHistory.sol";
import {ChallengeKind, Entry, Status} from "../src/types/Types.sol";
import {FullNetwork} from "./base/FullNetwork.sol";
import {PolicyVectors} from "./base/PolicyFixture.sol";
import {vm} from "./base/Vm.sol";

/// @notice What the verbs cost, as committed snapshots. Each call is a transaction of its own here, with cold storage and
/// calldata paid for, as on a chain.
///
/// A figure of the steady state is of workloads in places and of nodes in rings that were used before, where a word costs
/// 5,000 gas to write; "New" is of those that are written for the first time, at 22,100.
/// forge-config: default.isolate = true
contract GasTest is FullNetwork {
    uint256 private constant LARGEST_TRANSACTION_GAS = 1 << 24;
    /// @dev Where ComputeNodes keeps `_records` and `_networkGpus`.
    uint256 private constant RECORDS_SLOT = 7;
    uint256 private constant NETWORK_GPUS_SLOT = 8;
    uint256 private constant PLACE_SHIFT = 216;

    uint32[] private _nodes;

    // A round, and the lives of its workloads

    function test_roundOf1() external {
        _measureLives(1);
    }

    function test_roundOf10() external {
        _measureLives(10);
    }

    function test_roundOf100() external {
        _measureLives(100);
    }

    /// @dev A full round must fit a transaction, even one of nothing but new nodes, or a flood of workloads could stall the
    /// network.
    function test_aFullRoundFitsATransaction() external {
        uint256 fullRound = parameters.current(Parameter.fullRound);
        vm.assertEq(fullRound, 256);
        _registerNodes(fullRound);
        vm.assertLe(_postRoundOf(_submitMany(fullRound), "postRound256New"), LARGEST_TRANSACTION_GAS);
        _age();
        vm.assertLe(_postRoundOf(_submitMany(fullRound), "postRound256"), LARGEST_TRANSACTION_GAS);
    }

    /// @dev One verb at a time, in the steady state.
    function test_singleVerbs() external {
        _registerNodes(1);
        _live("1New");
        _age();

        uint32 workload = _submit(_job());
        vm.snapshotGasLastCall("submit");
        _skipRounds(1);
        _match(workload, 1, 100_000);
        _skipRounds(1);
        vm.prank(operator);
        workloads.start(workload);
        vm.snapshotGasLastCall("start");
        vm.warp(block.timestamp + 100);
        vm.prank(operator);
        workloads.complete(workload, RESULT);
        vm.snapshotGasLastCall("complete");
        _skipRounds(5);
        workloads.settle(workload);
        vm.snapshotGasLastCall("settle");
    }

    // A dispute

    /// @dev Of full rounds, under a policy of 32 hidden units, which prices pairs otherwise than their matcher did: the last
    /// entry is refuted by E2. Then of E1 of a listed pair, which holds. What was burned before has not been taken out of its
    /// line: the first one after `burnAll` pays 17,100 more for writing it from zero.
    function test_challenge() external {
        _activate(_registerPolicy(PolicyVectors.POLICY_32), _round() + 1);
        _registerNodes(256);
        _fund(outsider);
        uint32 first = _submitMany(256);
        _skipRounds(1);
        _challenge("challengeNew", first, ChallengeKind.E2, first + 255, 0);

        // What was voided is open again and is matched again, by the same matcher, whose suspension `bond` has lifted.
        workloads.settleMany(_idsFrom(first));
        vm.prank(matcher);
        chain.bond(10 * BOND);
        _skipRounds(1);
        _challenge("challenge", first, ChallengeKind.E2, first + 255, 0);

        workloads.settleMany(_idsFrom(first));
        vm.prank(matcher);
        chain.bond(0);
        _skipRounds(1);
        _challenge("challengeThatFails", first, ChallengeKind.E1, first, _nodes[255]);
    }

    /// @dev Beyond the calldata, which brings the entries back, and what any transaction costs.
    function _challenge(string memory name, uint32 first, ChallengeKind kind, uint32 workload, uint32 node)
        private
    {
        Entry[] memory entries = _entries(first);
        _post(entries);
        bytes memory call = abi.encodeCall(chain.challenge, (_round(), entries, kind, workload, node));
        vm.prank(outsider);
        bool voided = chain.challenge(_round(), entries, kind, workload, node);
        uint256 gasUsed = vm.snapshotGasLastCall(string.concat(name, "Transaction"));
        vm.snapshotValue(name, gasUsed - _intrinsicGas(call));
        vm.assertEq(voided, kind == ChallengeKind.E2);
    }

    // Nodes, votes, policies

    function test_register() external {
        _register(4);
        _register(4);
        vm.snapshotGasLastCall("register");
        _skipRounds(3);
        _heartbeat(2);
        vm.snapshotGasLastCall("heartbeat");
    }

    function test_vote() external {
        vm.prank(voter);
        aicg.delegate(voter);
        vm.warp(block.timestamp + 1);
        (address[] memory targets, uint256[] memory values, bytes[] memory calls) =
            (new address[](1), new uint256[](1), new bytes[](1));
        targets[0] = address(parameters);
        calls[0] = abi.encodeCall(IParameters.set, (Parameter.greenMicroPerKWh, 1));
        vm.prank(voter);
        uint256 proposal = governor.propose(targets, values, calls, "green");
        vm.warp(block.timestamp + 11);
        vm.prank(voter);
        governor.castVote(proposal, 1);
        vm.snapshotGasLastCall("vote");
    }

    function test_registerPolicy() external {
        PolicyVectors.Compiled memory policy = PolicyVectors.read(PolicyVectors.POLICY_32);
        policies.register(policy.code, policy.weights);
        vm.snapshotGasLastCall("registerPolicy");
    }

    // Lives ------------------------------------------------------------------------------------------------------

    /// @dev First where nothing was, then where others have lived before.
    function _measureLives(uint256 count) private {
        _registerNodes(count);
        string memory size = vm.toString(count);
        _live(string.concat(size, "New"));
        _age();
        uint256 gasUsed = _live(size);
        vm.snapshotValue(string.concat("lifeCycle", size), gasUsed / count);
    }

    /// @return gasUsed Of all transactions that the lives of so many workloads take, one on each node.
    function _live(string memory name) private returns (uint256 gasUsed) {
        uint256 count = _nodes.length;
        uint32 first = _submitMany(count);
        gasUsed = _snapshot("submit", name);
        gasUsed += _postRoundOf(first, string.concat("postRound", name));

        uint32[] memory ids = _idsFrom(first);
        bytes32[] memory results = new bytes32[](count);
        for (uint256 i = 0; i < count; ++i) {
            results[i] = RESULT;
        }
        _skipRounds(1);
        vm.prank(operator);
        workloads.startMany(ids);
        gasUsed += _snapshot("start", name);
        vm.warp(block.timestamp + 100);
        vm.prank(operator);
        workloads.completeMany(ids, results);
        gasUsed += _snapshot("complete", name);
        _skipRounds(5);
        workloads.settleMany(ids);
        gasUsed += _snapshot("settle", name);
        _assertStatus(first + uint32(count) - 1, Status.Settled);
    }

    /// @dev One for each node.
    function _idsFrom(uint32 first) private view returns (uint32[] memory ids) {
        ids = new uint32[](_nodes.length);
        for (uint32 i = 0; i < ids.length; ++i) {
            ids[i] = first + i;
        }
    }

    function _snapshot(string memory verb, string memory name) private returns (uint256) {
        return vm.snapshotGasLastCall(string.concat(verb, name));
    }

    function _registerNodes(uint256 count) private {
        for (uint256 i = 0; i < count; ++i) {
            _nodes.push(_register(4));
        }
    }

    function _postRoundOf(uint32 first, string memory name) private returns (uint256) {
        _skipRounds(1);
        _post(_entries(first));
        return vm.snapshotGasLastCall(name);
    }

    /// @dev As a certified round looks: duals, a node that sets the price, a rank.
    function _entries(uint32 first) private view returns (Entry[] memory entries) {
        entries = new Entry[](_nodes.length);
        for (uint32 i = 0; i < entries.length; ++i) {
            entries[i] = _entry(first + i, _nodes[i], _costMicro(first + i, _nodes[i]) + 123_456);
            entries[i].uMicro = BUDGET - entries[i].priceMicro;
            entries[i].vMicro = 123_456;
            entries[i].next = _nodes[i] + 1;
            entries[i].rank = 1;
        }
    }

    // The steady state ---------------------------------------------------------------------------------------------

    /// @dev All that was written is older than the window, and what is written next is a lap later.
    function _age() private {
        _skipRounds(uint32(HISTORY_ROUNDS) + 1);
        _toNextLap();
        _useRing(address(workloads), uint256(COUNTERS_SLOT));
        _useRing(address(nodes), NETWORK_GPUS_SLOT);
        for (uint256 i = 0; i < _nodes.length; ++i) {
            _useRing(address(nodes), uint256(keccak256(abi.encode(_nodes[i], RECORDS_SLOT))));
            _heartbeat(_nodes[i]);
        }
    }

    /// @dev A ring comes around after 361 rounds of writes: its unused words are written instead, as what they mean: 0 from
    /// round 0 on.
    function _useRing(address owner, uint256 series) private {
        for (uint256 place = 1; place < HISTORY_CAPACITY - 1; ++place) {
            bytes32 slot = bytes32(series + 1 + place);
            if (vm.load(owner, slot) == 0) vm.store(owner, slot, bytes32(place << PLACE_SHIFT));
        }
    }

    function _intrinsicGas(bytes memory data) private pure returns (uint256 gasUsed) {
        gasUsed = 21_000;
        for (uint256 i = 0; i < data.length; ++i) {
            gasUsed += data[i] == 0 ? 4 : 16;
        }
    }
}

/// @notice The call of a policy of 32 hidden units alone, not as a transaction. The first call of a transaction pays 2,500
/// more, for code that is not warm yet.
contract PolicyCallGasTest is FullNetwork {
    function test_policyCall() external {
        address code = policies.codeOf(_registerPolicy(PolicyVectors.POLICY_32));
        bytes memory features = new bytes(48);
        _callPolicy(code, features);
        uint256 gasUsed = gasleft();
        _callPolicy(code, features);
        gasUsed -= gasleft();
        vm.snapshotValue("GasTest", "policyCall", gasUsed);
    }

    function _callPolicy(address code, bytes memory features) private view {
        assembly ("memory-safe") {
            if iszero(staticcall(gas(), code, add(features, 32), mload(features), 0, 32)) { revert(0, 0) }
        }
    }
}
