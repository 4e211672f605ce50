// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IAIWorkloads} from "../../src/interfaces/IAIWorkloads.sol";
import {LedgerLines} from "../../src/types/LedgerLines.sol";
import {NodeRecords} from "../../src/types/NodeRecordLib.sol";
import {MAX_MICRO, NodeRecord, Status, WEI_PER_MICRO} from "../../src/types/Types.sol";
import {WorkloadSpecs} from "../../src/types/WorkloadSpecLib.sol";
import {FullNetwork} from "../base/FullNetwork.sol";
import {vm} from "../base/Vm.sol";
import {LifeCycleHandler} from "./LifeCycleHandler.sol";

/// @notice What the invariant runner calls: functions of one handler.
struct FuzzSelector {
    address addr;
    bytes4[] selectors;
}

/// What must always be true of workloads and their money, after any sequence of calls to the whole network. Numbers are
/// those of the design. Inputs are seeds, so the runner need not learn any; sums stay wrong once they are, so it looks at
/// every eighth call.
/// forge-config: default.invariant.check-interval = 8
/// forge-config: default.invariant.dictionary-weight = 0
/// forge-config: default.invariant.include-storage = false
contract LifeCycleInvariants is FullNetwork {
    using NodeRecords for NodeRecord;

    uint256 private constant STEPS = 40;

    LifeCycleHandler private handler;
    address[] private _accounts;

    function setUp() public override {
        super.setUp();
        address[] memory clients = _funded("client", 2);
        address[] memory operators = _funded("operator", 2);
        address[] memory auditors = _funded("auditor", 3);
        for (uint256 i = 0; i < auditors.length; ++i) {
            vm.prank(auditors[i]);
            reporting.registerAuditor();
        }
        handler = new LifeCycleHandler(
            workloads, chain, nodes, reporting, clients, operators, auditors, matcher, outsider
        );
        _accounts.push(client);
        _accounts.push(operator);
        _accounts.push(matcher);
        _accounts.push(outsider);
        _fund(outsider);
        vm.prank(matcher);
        chain.bond(100 * BOND); // rounds are refuted here, and bonds double
        handler.register(0, 4);
        handler.register(1, 8);
        handler.submit(uint256(keccak256("first")));
        handler.submit(uint256(keccak256("second")));
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    /// @dev `live` is named three times, so that workloads get far.
    function targetSelectors() external view returns (FuzzSelector[] memory targets) {
        bytes4[] memory selectors = new bytes4[](10);
        selectors[0] = handler.skip.selector;
        selectors[1] = handler.register.selector;
        selectors[2] = handler.heartbeats.selector;
        selectors[3] = handler.submit.selector;
        selectors[4] = handler.post.selector;
        selectors[5] = handler.settleAll.selector;
        selectors[6] = handler.live.selector;
        selectors[7] = handler.live.selector;
        selectors[8] = handler.live.selector;
        selectors[9] = handler.refute.selector;
        targets = new FuzzSelector[](1);
        targets[0] = FuzzSelector(address(handler), selectors);
    }

    function invariant_01_escrowInEqualsSplitOut() external view {
        uint256 lockedMicro = 0;
        for (uint32 id = 1; id <= handler.count(); ++id) {
            IAIWorkloads.Workload memory w = workloads.workload(id);
            bool closed = w.status == Status.Settled || w.status == Status.Refunded;
            vm.assertEq(handler.closings(id), closed ? 1 : 0);
            vm.assertEq(handler.splitOutMicro(id), closed ? w.escrowMicro : 0);
            if (!closed) lockedMicro += w.escrowMicro;
            bool contested = w.status == Status.Contested;
            vm.assertEq(vault.balanceMicro(LedgerLines.contestBond(id)), contested ? ONE : 0);
        }
        vm.assertEq(_escrowMicro(), lockedMicro);
        vm.assertEq(handler.overpaid(), 0);
    }

    function invariant_02_vaultBalanceCoversLiabilities() external view {
        uint256 sum = vault.balanceMicro(LedgerLines.communityFund())
            + vault.balanceMicro(LedgerLines.treasury()) + _escrowMicro()
            + vault.balanceMicro(LedgerLines.auditorPool()) + vault.balanceMicro(LedgerLines.burned());
        for (uint256 i = 0; i < _accounts.length; ++i) {
            sum += vault.availableMicro(_accounts[i])
            + vault.balanceMicro(LedgerLines.matcherBond(_accounts[i]))
            + vault.balanceMicro(LedgerLines.auditorStake(_accounts[i]));
        }
        for (uint32 node = 1; node <= nodes.nodeCount(); ++node) {
            sum += nodes.stakeMicroOf(node);
        }
        for (uint32 id = 1; id <= handler.count(); ++id) {
            sum += vault.balanceMicro(LedgerLines.contestBond(id));
        }
        vm.assertEq(sum, vault.liabilitiesMicro());
        // What was burned of what those lost who were wrong.
        uint256 burnedMicro = (MAX_MICRO * WEI_PER_MICRO - aicc.totalSupply()) / WEI_PER_MICRO;
        vm.assertEq(sum + burnedMicro, FUNDS_MICRO * _accounts.length);
        vm.assertGe(aicc.balanceOf(address(vault)), sum * WEI_PER_MICRO);
    }

    /// @dev More than that: a node's GPUs in use are those of the workloads that are matched to it or run on it.
    function invariant_05_usedGpusNeverExceedGpus() external view {
        uint256[] memory used = new uint256[](nodes.nodeCount() + 1);
        uint256 open = 0;
        for (uint32 id = 1; id <= handler.count(); ++id) {
            IAIWorkloads.Workload memory w = workloads.workload(id);
            bool holds = w.status == Status.Matched || w.status == Status.Running;
            if (holds) used[w.node] += WorkloadSpecs.gpus(w.spec);
            if (w.status == Status.Open) ++open;
        }
        for (uint32 node = 1; node < used.length; ++node) {
            NodeRecord record = nodes.recordAt(node, handler.round() + 1);
            vm.assertLe(used[node], record.gpus());
            vm.assertEq(used[node], record.gpus() - record.freeGpus());
        }
        (uint32 counted,) = workloads.countersAt(handler.round() + 1);
        vm.assertEq(open, counted);
    }

    /// @dev From wherever a workload has got to, after enough rounds one call of a stranger ends it and its money.
    function test_19_everyWorkloadEnds(uint256 seed) external {
        for (uint256 step = 0; step < STEPS; ++step) {
            try this.step(uint256(keccak256(abi.encode(seed, step)))) {} catch {}
        }
        _skipRounds(2_000);
        handler.settleAll();
        for (uint32 id = 1; id <= handler.count(); ++id) {
            Status status = _status(id);
            vm.assertTrue(status == Status.Settled || status == Status.Refunded);
            vm.assertEq(vault.balanceMicro(LedgerLines.contestBond(id)), 0);
        }
        vm.assertEq(_escrowMicro(), 0);
        for (uint32 node = 1; node <= nodes.nodeCount(); ++node) {
            vm.assertEq(_freeGpus(node), _nextRecord(node).gpus());
        }
    }

    function step(uint256 random) external {
        uint256 what = random % 9;
        if (what == 0) handler.skip(random >> 8);
        else if (what == 1) handler.heartbeats();
        else if (what == 2) handler.submit(random >> 3);
        else if (what == 3) handler.post(random >> 8);
        else if (what == 4) handler.refute(random >> 8);
        else handler.live(random >> 8, random >> 128);
    }

    function _funded(string memory role, uint256 count) private returns (address[] memory actors) {
        actors = new address[](count);
        for (uint256 i = 0; i < count; ++i) {
            actors[i] = _actor(string.concat(role, " ", vm.toString(i)));
            _fund(actors[i]);
            _accounts.push(actors[i]);
        }
    }
}
