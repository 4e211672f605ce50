// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Networked, NetworkConfig} from "./base/Networked.sol";
import {Parameter} from "./generated/ParameterTable.sol";
import {IAICChain} from "./interfaces/IAICChain.sol";
import {IAIWorkloads} from "./interfaces/IAIWorkloads.sol";
import {Eligibility} from "./libraries/Eligibility.sol";
import {Features} from "./libraries/Features.sol";
import {NodeSet} from "./libraries/NodeSet.sol";
import {Weights} from "./libraries/Weights.sol";
import {LedgerLines} from "./types/LedgerLines.sol";
import {Entry, Ineligible, Match, NodeRecord, Weight, WorkloadSpec} from "./types/Types.sol";
import {Matches} from "./types/MatchLib.sol";
import {WorkloadSpecs} from "./types/WorkloadSpecLib.sol";

/// @notice Rounds: who runs what. See IAICChain for the contract and its trust.
contract AICChain is IAICChain, Networked {
    using NodeSet for uint256[];
    using WorkloadSpecs for WorkloadSpec;

    /// @dev A Round in two words.
    struct StoredRound {
        bytes32 entriesHash;
        address matcher;
        uint32 cutoff;
        uint16 entryCount;
        uint48 postedAt;
    }

    /// @dev A workload and a node as they stood in some round.
    struct Pair {
        WorkloadSpec spec;
        uint64 budgetMicro;
        bool open;
        NodeRecord record;
    }

    uint256 private constant BPS = 1e4;

    mapping(uint32 round => StoredRound) private _rounds;
    mapping(address matcher => uint32) private _bondLockedUntil;

    constructor(NetworkConfig memory config) Networked(config) {}

    /// @inheritdoc IAICChain
    function bond(uint256 amountMicro) external {
        VAULT.move(LedgerLines.available(msg.sender), LedgerLines.matcherBond(msg.sender), amountMicro);
        emit Bonded(msg.sender, _bondMicro(msg.sender));
    }

    /// @inheritdoc IAICChain
    function unbond(uint256 amountMicro) external {
        uint32 lockedUntil = _bondLockedUntil[msg.sender];
        require(_round() > lockedUntil, BondLocked(msg.sender, lockedUntil));
        VAULT.move(LedgerLines.matcherBond(msg.sender), LedgerLines.available(msg.sender), amountMicro);
        emit Bonded(msg.sender, _bondMicro(msg.sender));
    }

    /// @inheritdoc IAICChain
    function postRound(uint32 round, uint32 cutoff, Entry[] calldata entries) external {
        _requirePostable(round);
        _requireCovering(round, cutoff, entries.length);
        (Match[] memory matches, uint256 pricesMicro) = _check(round, cutoff, entries);
        _requireBonded(pricesMicro);
        WORKLOADS.matchAll(round, matches);

        bytes32 entriesHash = _publish(round, cutoff, entries);
        _rounds[round] =
            StoredRound(entriesHash, msg.sender, cutoff, uint16(entries.length), uint48(block.timestamp));
        _lockBond(round + uint32(PARAMETERS.current(Parameter.challengeWindowRounds)));
    }

    /// @inheritdoc IAICChain
    function roundOf(uint32 round) external view returns (Round memory) {
        StoredRound storage r = _rounds[round];
        return Round(r.entriesHash, r.matcher, r.cutoff, r.entryCount, r.postedAt);
    }

    /// @inheritdoc IAICChain
    function matcherOf(uint32 round) external view returns (address) {
        return _rounds[round].matcher;
    }

    /// @inheritdoc IAICChain
    function standingOf(uint32 round)
        external
        view
        returns (address matcher, uint32 lastChallengeRound, bool voided)
    {
        matcher = _rounds[round].matcher;
        lastChallengeRound = round + uint32(PARAMETERS.at(Parameter.challengeWindowRounds, round));
    }

    /// @inheritdoc IAICChain
    function weightOf(uint32 workload, uint32 node, uint32 round) external view returns (Weight memory) {
        Pair memory pair = _pairAt(workload, node, round);
        Ineligible reason = _reasonAgainst(pair, round);
        if (reason != Ineligible.None) return Weights.ofIneligible(pair.spec, pair.record, reason);
        return Weights.weigh(
            pair.spec,
            pair.record,
            pair.budgetMicro,
            POLICIES.penaltyAt(round, _features(pair, round)),
            PARAMETERS.at(Parameter.maxPenaltyMicroPerGpuHour, round),
            PARAMETERS.at(Parameter.greenMicroPerKWh, round)
        );
    }

    /// @inheritdoc IAICChain
    function featuresOf(uint32 workload, uint32 node, uint32 round) external view returns (bytes memory) {
        Pair memory pair = _pairAt(workload, node, round);
        Ineligible reason = _reasonAgainst(pair, round);
        require(reason == Ineligible.None, NotEligible(0, workload, node, reason));
        return _features(pair, round);
    }

    /// @inheritdoc IAICChain
    function currentRound() external view returns (uint32) {
        return _round();
    }

    // Posting ----------------------------------------------------------------------------------------------------

    /// @dev A round is posted once, while it is current. A round that was skipped is never posted later.
    function _requirePostable(uint32 round) private view {
        uint32 current = _round();
        require(round == current, NotCurrentRound(round, current));
        require(_rounds[round].postedAt == 0, AlreadyPosted(round));
    }

    /// @dev A round covers every workload that binds in it, unless it is full.
    function _requireCovering(uint32 round, uint32 cutoff, uint256 entryCount) private view {
        (, uint32 newest) = WORKLOADS.countersAt(round);
        require(cutoff <= newest, CutoffTooHigh(cutoff, newest));
        if (cutoff == newest) return;
        uint256 fullRound = PARAMETERS.at(Parameter.fullRound, round);
        require(entryCount >= fullRound, CutoffTooLow(cutoff, newest, entryCount, fullRound));
    }

    /// @dev Enforces the hard rules on each entry, as of `round`.
    function _check(uint32 round, uint32 cutoff, Entry[] calldata entries)
        private
        view
        returns (Match[] memory matches, uint256 pricesMicro)
    {
        uint256 trustFloor = PARAMETERS.at(Parameter.flagBelowTrustBps, round);
        uint256[] memory listed = NodeSet.upTo(NODES.nodeCount());
        matches = new Match[](entries.length);
        uint32 previous = 0;
        for (uint256 i = 0; i < entries.length; ++i) {
            Entry calldata entry = entries[i];
            uint32 workload = entry.workload;
            require(workload > previous, EntriesNotAscending(i));
            require(workload <= cutoff, CutoffExceeded(i, workload, cutoff));
            uint16 gpus = _requireFitting(i, entry, round, trustFloor);
            require(listed.add(entry.node), NodeTwice(entry.node));
            matches[i] = Matches.pack(workload, entry.node, uint16(i), gpus, entry.priceMicro);
            pricesMicro += entry.priceMicro;
            previous = workload;
        }
    }

    /// @dev The pair is eligible and its price lies between cost and budget. Gives the GPUs that the workload takes.
    function _requireFitting(uint256 i, Entry calldata entry, uint32 round, uint256 trustFloor)
        private
        view
        returns (uint16 gpus)
    {
        (WorkloadSpec spec, uint64 budgetMicro, bool open) = WORKLOADS.openingOf(entry.workload, round);
        NodeRecord record = NODES.recordAt(entry.node, round);
        (Ineligible reason, uint256 durationSec) = Eligibility.examine(spec, record, round, open, trustFloor);
        require(reason == Ineligible.None, NotEligible(i, entry.workload, entry.node, reason));

        uint256 costMicro = Weights.costMicro(spec, record, durationSec);
        uint256 priceMicro = entry.priceMicro;
        require(
            costMicro <= priceMicro && priceMicro <= budgetMicro,
            PriceOutOfRange(i, costMicro, priceMicro, budgetMicro)
        );
        return spec.gpus();
    }

    function _requireBonded(uint256 pricesMicro) private view {
        uint256 least = PARAMETERS.current(Parameter.minMatcherBondMicro);
        uint256 share = pricesMicro * PARAMETERS.current(Parameter.matcherBondBps) / BPS;
        uint256 need = share > least ? share : least;
        uint256 have = _bondMicro(msg.sender);
        require(have >= need, BondTooSmall(msg.sender, have, need));
    }

    /// @dev A round under a shorter window frees no bond earlier.
    function _lockBond(uint32 until) private {
        if (until > _bondLockedUntil[msg.sender]) _bondLockedUntil[msg.sender] = until;
    }

    function _bondMicro(address matcher) private view returns (uint256) {
        return VAULT.balanceMicro(LedgerLines.matcherBond(matcher));
    }

    /// @dev Emits RoundPosted and gives keccak256(abi.encode(entries)). The event's data and what is hashed are the same
    /// encoding after their heads, so it is made once.
    function _publish(uint32 round, uint32 cutoff, Entry[] calldata entries) private returns (bytes32 hash) {
        bytes32 topic = RoundPosted.selector;
        bytes memory data = abi.encode(cutoff, hash, entries);
        assembly ("memory-safe") {
            let head := add(data, 32)
            let offset := add(head, 64)
            mstore(offset, 32)
            hash := keccak256(offset, sub(mload(data), 64))
            mstore(offset, 96)
            mstore(add(head, 32), hash)
            log3(head, mload(data), topic, round, caller())
        }
    }

    // The past ---------------------------------------------------------------------------------------------------

    function _pairAt(uint32 workload, uint32 node, uint32 round) private view returns (Pair memory pair) {
        (pair.spec, pair.budgetMicro, pair.open) = WORKLOADS.openingOf(workload, round);
        require(pair.spec.exists(), IAIWorkloads.UnknownWorkload(workload));
        pair.record = NODES.recordAt(node, round);
    }

    function _reasonAgainst(Pair memory pair, uint32 round) private view returns (Ineligible) {
        uint256 trustFloor = PARAMETERS.at(Parameter.flagBelowTrustBps, round);
        return Eligibility.reasonAgainst(pair.spec, pair.record, round, pair.open, trustFloor);
    }

    function _features(Pair memory pair, uint32 round) private view returns (bytes memory) {
        (uint64 gpus, uint64 freeGpus) = NODES.networkGpusAt(round);
        (uint32 openWorkloads,) = WORKLOADS.countersAt(round);
        Features.Network memory network = Features.Network(gpus, freeGpus, openWorkloads);
        return Features.pack(pair.spec, pair.record, pair.budgetMicro, round, network);
    }
}
