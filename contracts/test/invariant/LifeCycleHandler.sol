// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {AICChain} from "../../src/AICChain.sol";
import {AIWorkloads} from "../../src/AIWorkloads.sol";
import {ComputeNodes} from "../../src/ComputeNodes.sol";
import {TruthfulReporting} from "../../src/TruthfulReporting.sol";
import {IAIWorkloads} from "../../src/interfaces/IAIWorkloads.sol";
import {Eligibility} from "../../src/libraries/Eligibility.sol";
import {Weights} from "../../src/libraries/Weights.sol";
import {
    ChallengeKind,
    Claims,
    ContestGround,
    Entry,
    Ineligible,
    NodeRecord,
    Split,
    Status,
    WorkloadSpec
} from "../../src/types/Types.sol";
import {Vm, bound, vm} from "../base/Vm.sol";

/// @notice Clients, operators, a matcher, auditors and strangers live the life of workloads in any order. A call picks a
/// workload and does one of the things that its state allows, so that most calls lead somewhere.
contract LifeCycleHandler {
    uint32 public constant MAX_NODES = 3;
    uint32 public constant MAX_WORKLOADS = 6;
    uint256 private constant TRUST_FLOOR = 4_000;

    AIWorkloads private immutable workloads;
    AICChain private immutable chain;
    ComputeNodes private immutable nodes;
    TruthfulReporting private immutable reporting;
    address private immutable matcher;
    address private immutable outsider;
    address[] private clients;
    address[] private operators;
    address[] private auditors;

    /// @notice What the splits of a workload's closing events add up to: 0 until it closes.
    mapping(uint32 workload => uint256) public splitOutMicro;
    /// @notice How often a workload closed, and how often a split gave the node more than the price.
    mapping(uint32 workload => uint256) public closings;
    uint256 public overpaid;
    /// @notice Rounds that were refuted.
    uint256 public voids;
    mapping(uint32 round => Entry[]) private _posted;

    /// @dev Listens for workloads that close meanwhile.
    modifier listening() {
        vm.recordLogs();
        _;
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].topics[0] == IAIWorkloads.WorkloadClosed.selector) _noteClosing(logs[i]);
        }
    }

    constructor(
        AIWorkloads workloads_,
        AICChain chain_,
        ComputeNodes nodes_,
        TruthfulReporting reporting_,
        address[] memory clients_,
        address[] memory operators_,
        address[] memory auditors_,
        address matcher_,
        address outsider_
    ) {
        workloads = workloads_;
        chain = chain_;
        nodes = nodes_;
        reporting = reporting_;
        clients = clients_;
        operators = operators_;
        auditors = auditors_;
        matcher = matcher_;
        outsider = outsider_;
    }

    // Time and nodes -----------------------------------------------------------------------------------------------

    function skip(uint256 seconds_) external {
        vm.warp(block.timestamp + bound(seconds_, 1, 60));
    }

    function register(uint256 who, uint256 gpus) external {
        if (nodes.nodeCount() == MAX_NODES) return;
        vm.prank(operators[who % operators.length]);
        nodes.register(Claims(uint16(bound(gpus, 4, 16)), 0, 160, 140, 100, 120, 70), 1_000_000, "");
    }

    function heartbeats() external {
        for (uint32 node = 1; node <= nodes.nodeCount(); ++node) {
            vm.prank(nodes.ownerOf(node));
            nodes.heartbeat(node);
        }
    }

    // Workloads ----------------------------------------------------------------------------------------------------

    function submit(uint256 seed) external {
        if (count() == MAX_WORKLOADS) return;
        bool isLease = seed % 4 == 0;
        vm.prank(clients[(seed >> 8) % clients.length]);
        workloads.submit(
            IAIWorkloads.Submission({
                gpus: uint16(bound(seed >> 16, 1, 4)),
                memoryCode: 100,
                classMask: 0,
                computeGflop: isLease ? 0 : uint48(bound(seed >> 32, 1, 20_000)),
                dataMB: uint32(bound(seed >> 80, 0, 100)),
                leaseSec: isLease ? uint32(bound(seed >> 112, 1, 120)) : 0,
                maxDurationSec: 3_600,
                priority: uint16(bound(seed >> 128, 0, 10_000)),
                minTrustBps: 0,
                maxRetries: uint8(seed >> 144) & 3,
                budgetMicro: uint64(bound(seed >> 152, 1, 3_000_000)),
                openRounds: uint32(bound(seed >> 200, 1, 60)),
                specHash: bytes32(seed)
            })
        );
    }

    /// @dev Every open workload gets the first node that can take it, at a random price.
    function post(uint256 seed) external listening {
        if (chain.matcherOf(round()) != address(0)) vm.warp(block.timestamp + chain.ROUND_SEC());
        uint32 current = round();
        (, uint32 newest) = workloads.countersAt(current);
        Entry[] memory entries = new Entry[](newest);
        uint256 listed = 0;
        uint256 taken = 0; // bits of nodes
        for (uint32 id = 1; id <= newest; ++id) {
            if (!workloads.isOpenAt(id, current)) continue;
            for (uint32 node = 1; node <= nodes.nodeCount(); ++node) {
                if ((taken >> node) & 1 == 1) continue;
                (bool fits, uint64 priceMicro) = _price(id, node, current, seed >> listed);
                if (!fits) continue;
                entries[listed++] = Entry(id, node, 0, 0, priceMicro, 0, 0);
                taken |= 1 << node;
                break;
            }
        }
        assembly ("memory-safe") {
            mstore(entries, listed)
        }
        delete _posted[current];
        for (uint256 i = 0; i < listed; ++i) {
            _posted[current].push(entries[i]);
        }
        vm.prank(matcher);
        chain.postRound(current, newest, entries);
    }

    /// @dev Every round posted here can be refuted: its entries have no duals. A fifth of the calls finds one to refute.
    function refute(uint256 which) external {
        if (which % 5 != 0 || count() == 0) return;
        IAIWorkloads.Workload memory w = workloads.workload(uint32(bound(which >> 8, 1, count())));
        Entry[] memory entries = _posted[w.matchedRound];
        if (entries.length == 0) return;
        vm.prank(outsider);
        if (chain.challenge(w.matchedRound, entries, ChallengeKind.E2, entries[0].workload, 0)) ++voids;
        vm.prank(matcher);
        chain.bond(0); // for its seat
        if (which & 256 != 0) chain.VAULT().burnAll();
    }

    /// @dev Something that may happen to one workload as it stands.
    function live(uint256 which, uint256 what) external listening {
        if (count() == 0) return;
        uint32 id = uint32(bound(which, 1, count()));
        IAIWorkloads.Workload memory w = workloads.workload(id);
        if (w.status == Status.Open) _liveOpen(id, w, what);
        else if (w.status == Status.Matched) _liveMatched(id, w, what);
        else if (w.status == Status.Running) _liveRunning(id, w, what);
        else if (w.status == Status.Contested) _liveContested(id, what);
        else if (w.status <= Status.Cancelled) _liveEnded(id, w, what);
    }

    /// @dev A stranger does it all: whatever is due, of every workload.
    function settleAll() external listening {
        for (uint32 id = 1; id <= count(); ++id) {
            vm.prank(outsider);
            try workloads.settle(id) {} catch {}
        }
    }

    function count() public view returns (uint32 newest) {
        (, newest) = workloads.countersAt(round() + 1);
    }

    function round() public view returns (uint32) {
        return chain.currentRound();
    }

    // Steps --------------------------------------------------------------------------------------------------------

    function _liveOpen(uint32 id, IAIWorkloads.Workload memory w, uint256 what) private {
        if (what % 64 == 0) _cancel(id, w.client);
    }

    function _liveMatched(uint32 id, IAIWorkloads.Workload memory w, uint256 what) private {
        if (what % 16 == 0) {
            _cancel(id, w.client);
        } else if (what % 16 < 12) {
            vm.prank(nodes.ownerOf(w.node));
            workloads.start(id);
        } else {
            vm.warp(block.timestamp + 60);
        }
    }

    function _liveRunning(uint32 id, IAIWorkloads.Workload memory w, uint256 what) private {
        uint256 doing = what % 8;
        if (doing == 0) {
            _cancel(id, w.client);
        } else if (doing == 1) {
            vm.warp(block.timestamp + 300);
        } else {
            if (doing == 2) vm.warp(block.timestamp + 240);
            vm.prank(nodes.ownerOf(w.node));
            if (doing == 2) workloads.timeOut(id, uint16(what >> 8) % 10_001, bytes32(what));
            else if (doing < 5) workloads.fail(id, doing == 3, uint16(what >> 8) % 10_001, bytes32(what));
            else workloads.complete(id, bytes32(what));
        }
    }

    function _liveEnded(uint32 id, IAIWorkloads.Workload memory w, uint256 what) private {
        uint256 doing = what % 4;
        if (doing == 0 && w.status == Status.Cancelled) {
            vm.prank(nodes.ownerOf(w.node));
            workloads.complete(id, bytes32(what));
        } else if (doing == 0) {
            vm.prank(w.client);
            workloads.accept(id);
        } else if (doing == 1) {
            vm.prank(w.client);
            workloads.contest(id, ContestGround.WrongResult);
        } else if (doing == 2) {
            workloads.settle(id);
        } else {
            vm.warp(block.timestamp + 50);
        }
    }

    function _liveContested(uint32 id, uint256 what) private {
        if (what % 8 == 0) {
            vm.warp(block.timestamp + 90);
            workloads.settle(id);
        } else {
            for (uint256 i = 0; i < 2; ++i) {
                vm.prank(auditors[i]);
                reporting.voteContest(id, what % 2 == 0);
            }
        }
    }

    function _cancel(uint32 id, address client) private {
        vm.prank(client);
        workloads.cancel(id);
    }

    function _price(uint32 id, uint32 node, uint32 current, uint256 seed)
        private
        view
        returns (bool fits, uint64 priceMicro)
    {
        (WorkloadSpec spec, uint64 budgetMicro, bool open) = workloads.openingOf(id, current);
        NodeRecord record = nodes.recordAt(node, current);
        Ineligible reason = Eligibility.reasonAgainst(spec, record, current, open, TRUST_FLOOR);
        if (reason != Ineligible.None) return (false, 0);
        uint256 cost = Weights.costMicro(spec, record, Weights.durationSec(spec, record));
        if (cost > budgetMicro) return (false, 0);
        return (true, uint64(bound(seed, cost, budgetMicro)));
    }

    function _noteClosing(Vm.Log memory log) private {
        uint32 id = uint32(uint256(log.topics[1]));
        (,, Split memory s) = abi.decode(log.data, (uint8, uint8, Split));
        ++closings[id];
        splitOutMicro[id] += uint256(s.nodeMicro) + s.communityFundMicro + s.auditorsMicro + s.matcherMicro
        + s.treasuryMicro + s.refundMicro;
        if (s.nodeMicro > workloads.workload(id).priceMicro) ++overpaid;
    }
}
