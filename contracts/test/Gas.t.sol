// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Parameter} from "../src/generated/ParameterTable.sol";
import {IParameters} from "../src/interfaces/IParameters.sol";
import {Entry} from "../src/types/Types.sol";
import {FullNetwork} from "./base/FullNetwork.sol";
import {PolicyVectors} from "./base/PolicyFixture.sol";
import {vm} from "./base/Vm.sol";

/// @notice What the verbs cost, as committed snapshots. Each call is a transaction of its own here, with cold storage and
/// calldata paid for, as on a chain. Nodes are new: their histories still grow by a word a match, which costs 17,100 gas more
/// than the reuse of an old one.
/// forge-config: default.isolate = true
contract GasTest is FullNetwork {
    uint256 private constant LARGEST_TRANSACTION_GAS = 1 << 24;

    // A round

    function test_postRoundOf1() external {
        _postRoundOf(1);
    }

    function test_postRoundOf10() external {
        _postRoundOf(10);
    }

    function test_postRoundOf100() external {
        vm.snapshotValue("postRoundPerEntry100", _postRoundOf(100) / 100);
    }

    /// @dev A full round must fit a transaction, or a flood of workloads could stall the network.
    function test_aFullRoundFitsATransaction() external {
        uint256 fullRound = parameters.current(Parameter.fullRound);
        vm.assertEq(fullRound, 256);
        vm.assertLe(_postRoundOf(uint32(fullRound)), LARGEST_TRANSACTION_GAS);
    }

    // A workload's life, when others have lived before it

    function test_lifeCycle() external {
        (uint32 first, uint32 node) = _completed();
        _skipRounds(5);
        workloads.settle(first);
        _heartbeat(node);

        uint32 workload = _submit(_job());
        uint256 lifeCycle = vm.snapshotGasLastCall("submit");
        _skipRounds(1);
        _match(workload, node, 100_000);
        lifeCycle += vm.snapshotGasLastCall("postRoundOfALife");
        _skipRounds(1);
        vm.prank(operator);
        workloads.start(workload);
        lifeCycle += vm.snapshotGasLastCall("start");
        vm.warp(block.timestamp + 100);
        vm.prank(operator);
        workloads.complete(workload, RESULT);
        lifeCycle += vm.snapshotGasLastCall("complete");
        _skipRounds(5);
        workloads.settle(workload);
        lifeCycle += vm.snapshotGasLastCall("settle");
        vm.snapshotValue("lifeCycle", lifeCycle);
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

    function _postRoundOf(uint32 count) private returns (uint256) {
        for (uint256 i = 0; i < count; ++i) {
            _register(4);
            _submit(_job());
        }
        _skipRounds(1);
        Entry[] memory entries = new Entry[](count);
        for (uint32 i = 0; i < count; ++i) {
            // As a certified entry looks: duals, a node that sets the price, a rank.
            entries[i] = _entry(i + 1, i + 1, _costMicro(i + 1, i + 1) + 123_456);
            entries[i].uMicro = BUDGET - entries[i].priceMicro;
            entries[i].vMicro = 123_456;
            entries[i].next = i + 2;
            entries[i].rank = 1;
        }
        _post(entries);
        return vm.snapshotGasLastCall(string.concat("postRound", vm.toString(count)));
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
