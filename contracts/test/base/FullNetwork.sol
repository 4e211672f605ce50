// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {AICChain} from "../../src/AICChain.sol";
import {AIWorkloads} from "../../src/AIWorkloads.sol";
import {TruthfulReporting} from "../../src/TruthfulReporting.sol";
import {IAIWorkloads} from "../../src/interfaces/IAIWorkloads.sol";
import {Weights} from "../../src/libraries/Weights.sol";
import {WorkloadPlaces} from "../../src/libraries/WorkloadPlaces.sol";
import {LedgerLines} from "../../src/types/LedgerLines.sol";
import {CloseReason, Entry, NodeRecord, Status} from "../../src/types/Types.sol";
import {PolicyFixture} from "./PolicyFixture.sol";
import {vm} from "./Vm.sol";

/// @notice The whole network, deployed for real, and the steps of a workload's life as one call each.
abstract contract FullNetwork is PolicyFixture {
    uint64 internal constant BUDGET = 2_000_000;
    uint64 internal constant BOND = 1_000_000_000;
    /// @dev Where AIWorkloads keeps `_counters`.
    bytes32 internal constant COUNTERS_SLOT = 0;
    bytes32 internal constant RESULT = keccak256("result");

    AIWorkloads internal workloads;
    AICChain internal chain;
    TruthfulReporting internal reporting;
    address internal matcher = _actor("matcher");

    function setUp() public virtual override {
        super.setUp();
        _fund(matcher);
        vm.prank(matcher);
        chain.bond(BOND);
    }

    function _deployWorkloads() internal override {
        _asDeployer("workloads");
        workloads = new AIWorkloads(config);
    }

    function _deployChain() internal override {
        _asDeployer("chain");
        chain = new AICChain(config);
    }

    function _deployReporting() internal override {
        _asDeployer("reporting");
        reporting = new TruthfulReporting(config);
    }

    // Submissions ------------------------------------------------------------------------------------------------

    /// @dev About 102 seconds on two GPUs of an unaudited node of class 0.
    function _job() internal pure returns (IAIWorkloads.Submission memory s) {
        s.gpus = 2;
        s.memoryCode = 100;
        s.computeGflop = 13_000;
        s.dataMB = 10;
        s.maxDurationSec = 3_600;
        s.priority = 2_500;
        s.maxRetries = 1;
        s.budgetMicro = BUDGET;
        s.openRounds = 100;
        s.specHash = keccak256("spec");
    }

    function _lease() internal pure returns (IAIWorkloads.Submission memory s) {
        s = _job();
        s.computeGflop = 0;
        s.leaseSec = 200;
    }

    function _submit(IAIWorkloads.Submission memory s) internal returns (uint32) {
        vm.prank(client);
        return workloads.submit(s);
    }

    function _submitMany(uint256 count) internal returns (uint32 first) {
        IAIWorkloads.Submission[] memory submissions = new IAIWorkloads.Submission[](count);
        for (uint256 i = 0; i < count; ++i) {
            submissions[i] = _job();
        }
        vm.prank(client);
        return workloads.submitMany(submissions);
    }

    /// @dev A lap of the places takes 2^18 submissions: the newest id is moved instead. The next submission has the place of
    /// workload 1, and so on.
    function _toNextLap() internal {
        uint256 word = uint256(vm.load(address(workloads), COUNTERS_SLOT));
        uint256 others = word & ~(uint256(type(uint32).max) << 32);
        vm.store(address(workloads), COUNTERS_SLOT, bytes32(others | (uint256(WorkloadPlaces.PLACES) << 32)));
    }

    // Rounds -----------------------------------------------------------------------------------------------------

    function _entry(uint32 workload, uint32 node, uint64 priceMicro) internal pure returns (Entry memory) {
        return Entry(workload, node, 0, 0, priceMicro, 0, 0);
    }

    function _costMicro(uint32 workload, uint32 node) internal view returns (uint64) {
        NodeRecord record = nodes.recordAt(node, _round());
        uint256 durationSec = Weights.durationSec(workloads.specOf(workload), record);
        return uint64(Weights.costMicro(workloads.specOf(workload), record, durationSec));
    }

    function _newest() internal view returns (uint32 newest) {
        (, newest) = workloads.countersAt(_round());
    }

    function _post(Entry[] memory entries) internal {
        uint32 cutoff = _newest();
        vm.prank(matcher);
        chain.postRound(_round(), cutoff, entries);
    }

    function _refusesToPost(Entry[] memory entries, bytes memory because) internal {
        uint32 cutoff = _newest();
        vm.expectRevert(because);
        vm.prank(matcher);
        chain.postRound(_round(), cutoff, entries);
    }

    /// @dev Posts a round of one match, at `extraMicro` above the cost.
    function _match(uint32 workload, uint32 node, uint64 extraMicro) internal returns (uint64 priceMicro) {
        priceMicro = _costMicro(workload, node) + extraMicro;
        Entry[] memory entries = new Entry[](1);
        entries[0] = _entry(workload, node, priceMicro);
        _post(entries);
    }

    function _heartbeat(uint32 node) internal {
        vm.prank(operator);
        nodes.heartbeat(node);
    }

    // A workload in each of its states -----------------------------------------------------------------------------

    function _open() internal returns (uint32 workload, uint32 node) {
        return _openWith(_job());
    }

    function _openWith(IAIWorkloads.Submission memory s) internal returns (uint32 workload, uint32 node) {
        node = _register(4);
        workload = _submit(s);
        _skipRounds(1);
    }

    function _matched() internal returns (uint32 workload, uint32 node) {
        return _matchedWith(_job());
    }

    function _matchedWith(IAIWorkloads.Submission memory s) internal returns (uint32 workload, uint32 node) {
        (workload, node) = _openWith(s);
        _match(workload, node, 100_000);
    }

    function _running() internal returns (uint32 workload, uint32 node) {
        return _runningWith(_job());
    }

    function _runningWith(IAIWorkloads.Submission memory s) internal returns (uint32 workload, uint32 node) {
        (workload, node) = _matchedWith(s);
        _skipRounds(1);
        vm.prank(operator);
        workloads.start(workload);
    }

    function _completed() internal returns (uint32 workload, uint32 node) {
        (workload, node) = _running();
        vm.warp(block.timestamp + 100);
        vm.prank(operator);
        workloads.complete(workload, RESULT);
    }

    // What is looked at --------------------------------------------------------------------------------------------

    function _status(uint32 workload) internal view returns (Status) {
        return workloads.workload(workload).status;
    }

    function _assertStatus(uint32 workload, Status status) internal view {
        vm.assertEq(uint256(_status(workload)), uint256(status));
    }

    function _assertEnded(uint32 workload, Status status, CloseReason reason) internal view {
        _assertStatus(workload, status);
        vm.assertEq(uint256(workloads.workload(workload).reason), uint256(reason));
    }

    /// @dev Of all workloads together.
    function _escrowMicro() internal view returns (uint256) {
        return vault.balanceMicro(LedgerLines.escrow());
    }

    function _freeGpus(uint32 node) internal view returns (uint256) {
        return (NodeRecord.unwrap(_nextRecord(node)) >> 12) & 0xfff;
    }
}
