// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {NodeRecord, WEI_PER_MICRO} from "../../src/types/Types.sol";
import {NetworkFixture} from "../base/NetworkFixture.sol";
import {vm} from "../base/Vm.sol";
import {NetworkHandler} from "./NetworkHandler.sol";

/// What must always be true of nodes and the vault, after any sequence of calls. Numbers are those of the design. Inputs
/// are folded into what there is, so the runner need not learn any; sums stay wrong once they are, so it looks at every
/// eighth call.
/// forge-config: default.invariant.check-interval = 8
/// forge-config: default.invariant.dictionary-weight = 0
/// forge-config: default.invariant.include-storage = false
contract NetworkInvariants is NetworkFixture {
    NetworkHandler private handler;

    function setUp() public override {
        super.setUp();
        address[] memory owners = new address[](2);
        (owners[0], owners[1]) = (operator, client);
        handler = new NetworkHandler(nodes, vault, parameters, config, owners);
        handler.register(0, 4, 100);
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function invariant_02_vaultBalanceCoversLiabilities() external view {
        uint256 sum;
        for (uint256 i = 0; i < handler.lineCount(); ++i) {
            sum += vault.balanceMicro(handler.line(i));
        }
        vm.assertEq(sum, vault.liabilitiesMicro());
        vm.assertGe(aicc.balanceOf(address(vault)), vault.liabilitiesMicro() * WEI_PER_MICRO);
    }

    function invariant_05_usedGpusNeverExceedGpus() external view {
        uint64 wantGpus;
        uint64 wantFreeGpus;
        for (uint32 node = 1; node <= nodes.nodeCount(); ++node) {
            NodeRecord record = nodes.recordAt(node, handler.round() + 1);
            uint16 used = handler.usedGpus(node);
            vm.assertLe(used, record.gpus());
            vm.assertEq(used, record.gpus() - record.freeGpus());
            if (handler.leaving(node)) continue;
            wantGpus += record.gpus();
            wantFreeGpus += record.freeGpus();
        }
        (uint64 gpus, uint64 freeGpus) = nodes.networkGpusAt(handler.round() + 1);
        vm.assertEq(gpus, wantGpus);
        vm.assertEq(freeGpus, wantFreeGpus);
    }

    function invariant_10_nothingChangesThePresent() external view {
        vm.assertEq(handler.pastsThatChanged(), 0);
    }

    function invariant_16_noStakeLeavesWhileItCanBeSlashed() external view {
        vm.assertEq(handler.stakesThatLeftTooEarly(), 0);
        for (uint32 node = 1; node <= nodes.nodeCount(); ++node) {
            vm.assertGe(nodes.stakeMicroOf(node), handler.stakeMicro(node));
        }
    }
}
