// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Entry} from "../src/types/Types.sol";
import {FullNetwork} from "./base/FullNetwork.sol";
import {vm} from "./base/Vm.sol";

/// @notice What the verbs cost, as committed snapshots. Each call is a transaction of its own here, with cold storage and
/// calldata paid for, as on a chain.
/// forge-config: default.isolate = true
contract GasTest is FullNetwork {
    uint256 private constant LARGEST_ROUND_GAS = 16_777_216; // a transaction of Ethereum holds no more

    function test_postRoundOf1() external {
        _postRoundOf(1);
    }

    function test_postRoundOf10() external {
        _postRoundOf(10);
    }

    function test_postRoundOf100() external {
        uint256 gasUsed = _postRoundOf(100);
        vm.snapshotValue("postRoundPerEntryOf100", gasUsed / 100);
        vm.assertLe(gasUsed * 256 / 100, LARGEST_ROUND_GAS);
    }

    function _postRoundOf(uint256 count) private returns (uint256) {
        for (uint256 i = 0; i < count; ++i) {
            _register(4);
            _submit(_job());
        }
        _skipRounds(1);
        Entry[] memory entries = new Entry[](count);
        for (uint32 i = 0; i < count; ++i) {
            entries[i] = _entry(i + 1, i + 1, _costMicro(i + 1, i + 1));
            // As a certified entry looks: duals, and a node that sets the price.
            entries[i].uMicro = BUDGET / 2;
            entries[i].vMicro = 123_456;
            entries[i].next = i + 2;
            entries[i].rank = 1;
        }
        _post(entries);
        return vm.snapshotGasLastCall(string.concat("postRound", vm.toString(count)));
    }
}
