// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Networked, NetworkConfig} from "./base/Networked.sol";
import {Parameter} from "./generated/ParameterTable.sol";
import {IAICChain} from "./interfaces/IAICChain.sol";
import {IAIWorkloads} from "./interfaces/IAIWorkloads.sol";
import {IDualTokenSystem} from "./interfaces/IDualTokenSystem.sol";
import {Bonds} from "./libraries/Bonds.sol";
import {Certificates} from "./libraries/Certificates.sol";
import {Eligibility} from "./libraries/Eligibility.sol";
import {Features} from "./libraries/Features.sol";
import {NodeSet} from "./libraries/NodeSet.sol";
import {Seats} from "./libraries/Seats.sol";
import {Voids} from "./libraries/Voids.sol";
import {Weights} from "./libraries/Weights.sol";
import {LedgerLines} from "./types/LedgerLines.sol";
import {ChallengeKind, Entry, Ineligible, Match, NodeRecord, Weight, WorkloadSpec} from "./types/Types.sol";
import {Matches} from "./types/MatchLib.sol";
import {StoredRound, StoredRounds} from "./types/StoredRound.sol";
import {WorkloadSpecs} from "./types/WorkloadSpecLib.sol";

/// @notice Rounds: who runs what, and what becomes of a wrong one. See IAICChain for the contract and its trust.
contract AICChain is IAICChain, Networked {
    using Bonds for Bonds.Account;
    using Certificates for Certificates.Excerpt;
    using Certificates for Entry[];
    using NodeSet for uint256[];
    using Seats for Seats.Draw;
    using StoredRounds for StoredRound;
    using Voids for Voids.Tally;
    using WorkloadSpecs for WorkloadSpec;

    /// @dev A workload and a node as they stood in some round.
    struct Pair {
        WorkloadSpec spec;
        uint64 budgetMicro;
        bool open;
        NodeRecord record;
    }

    /// @dev What the entries of a round name, as of the round: each array has one of each entry.
    struct Named {
        uint32[] workloads;
        uint32[] nodes;
        WorkloadSpec[] specs;
        uint64[] budgetsMicro; // 0 where the workload is not open
        NodeRecord[] records;
        uint256 trustFloor;
    }

    uint256 private constant BPS = 1e4;

    uint256 private constant CHALLENGER_SHARE = 5; // a fifth of a lost bond

    mapping(uint32 round => StoredRound) private _rounds;
    mapping(address matcher => Bonds.Account) private _accounts;
    Seats.Draw private _seats;
    Voids.Tally private _voids;

    constructor(NetworkConfig memory config) Networked(config) {}

    // Matchers ---------------------------------------------------------------------------------------------------

    /// @inheritdoc IAICChain
    function bond(uint256 amountMicro) external {
        VAULT.move(LedgerLines.available(msg.sender), LedgerLines.matcherBond(msg.sender), amountMicro);
        uint256 bondMicro = _bondMicro(msg.sender);
        emit Bonded(msg.sender, bondMicro);
        if (bondMicro >= _now(Parameter.minMatcherBondMicro)) _takeSeat(msg.sender);
    }

    /// @inheritdoc IAICChain
    function unbond(uint256 amountMicro) external {
        _releaseFor(amountMicro);
        VAULT.move(LedgerLines.matcherBond(msg.sender), LedgerLines.available(msg.sender), amountMicro);
        uint256 bondMicro = _bondMicro(msg.sender);
        emit Bonded(msg.sender, bondMicro);
        if (bondMicro < _now(Parameter.minMatcherBondMicro)) _loseSeat(msg.sender);
    }

    /// @inheritdoc IAICChain
    function postRound(uint32 round, uint32 cutoff, Entry[] calldata entries) external {
        _requirePostable(round);
        _requireCovering(round, cutoff, entries.length);
        (Match[] memory matches, uint256 pricesMicro) = _check(round, cutoff, entries);
        uint256 bondMicro = bondNeededMicro(pricesMicro);
        Bonds.Account memory account = _releaseToPost(bondMicro);
        WORKLOADS.matchAll(round, matches);

        StoredRound storage r = _rounds[round];
        r.entriesHash = _publish(round, cutoff, entries);
        r.matcher = msg.sender;
        r.cutoff = cutoff;
        r.entryCount = uint16(entries.length);
        r.lastChallengeRound = round + uint32(_now(Parameter.challengeWindowRounds));
        r.bondMicro = uint64(bondMicro);
        account.lock(_rounds, round, bondMicro);
        _accounts[msg.sender] = account;
        _seats.reseed(block.prevrandao, round + 1);
    }

    // Anyone -----------------------------------------------------------------------------------------------------

    /// @inheritdoc IAICChain
    function vacate(address matcher) external {
        require(_accounts[matcher].isSuspendedIn(_round() + 1), NotSuspended(matcher));
        _loseSeat(matcher);
    }

    /// @inheritdoc IAICChain
    function challenge(
        uint32 round,
        Entry[] calldata entries,
        ChallengeKind kind,
        uint32 workload,
        uint32 node
    ) external returns (bool voided) {
        _requireChallengeable(round, entries);
        if (kind != ChallengeKind.E1) node = 0;
        voided = _isRight(round, entries, kind, workload, node);
        if (voided) {
            uint64 lostMicro = _void(round, WORKLOADS.clientOf(workload));
            emit RoundVoided(round, msg.sender, kind, workload, node, lostMicro);
        } else {
            uint256 riskedMicro = challengeBondMicro();
            _forfeit(riskedMicro, _rounds[round].matcher);
            emit ChallengeFailed(round, msg.sender, kind, workload, node, uint64(riskedMicro));
        }
    }

    // Views ------------------------------------------------------------------------------------------------------

    /// @inheritdoc IAICChain
    function roundOf(uint32 round) external view returns (Round memory) {
        return _rounds[round].toRound();
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
        StoredRound storage r = _rounds[round];
        return (r.matcher, r.lastChallengeRound, r.voided);
    }

    /// @inheritdoc IAICChain
    function drawnMatcher(uint32 round) public view returns (address) {
        address drawn = _seats.drawnAt(round);
        return _accounts[drawn].isSuspendedIn(round) ? address(0) : drawn;
    }

    /// @inheritdoc IAICChain
    function seatCount(uint32 round) external view returns (uint32) {
        return _seats.countAt(round);
    }

    /// @inheritdoc IAICChain
    function freeBondMicroOf(address matcher) external view returns (uint256) {
        Bonds.Account memory account = _accounts[matcher];
        return account.release(_rounds, _round(), _bondMicro(matcher), type(uint256).max);
    }

    /// @inheritdoc IAICChain
    function bondNeededMicro(uint256 pricesMicro) public view returns (uint256) {
        uint256 least = _now(Parameter.minMatcherBondMicro);
        uint256 share = pricesMicro * _now(Parameter.matcherBondBps) / BPS;
        return (share > least ? share : least) << doublings();
    }

    /// @inheritdoc IAICChain
    function challengeBondMicro() public view returns (uint256) {
        return _now(Parameter.challengeBondMicro) << doublings();
    }

    /// @inheritdoc IAICChain
    function doublings() public view returns (uint256) {
        Voids.Tally memory voids = _voids;
        if (voids.voids == 0) return 0;
        return
            Math.min(
                voids.recent(_round(), _now(Parameter.voidMemoryRounds)), _now(Parameter.maxBondDoublings)
            );
    }

    /// @inheritdoc IAICChain
    function weightOf(uint32 workload, uint32 node, uint32 round) public view returns (Weight memory) {
        Pair memory pair = _pairAt(workload, node, round);
        (Ineligible reason, uint256 durationSec) = _examine(pair, round);
        if (reason != Ineligible.None) return Weights.ofIneligible(pair.spec, pair.record, reason);
        return Weights.weigh(
            pair.spec,
            pair.record,
            pair.budgetMicro,
            durationSec,
            POLICIES.penaltyAt(round, _features(pair, round, durationSec)),
            PARAMETERS.at(Parameter.maxPenaltyMicroPerGpuHour, round),
            PARAMETERS.at(Parameter.greenMicroPerKWh, round)
        );
    }

    /// @inheritdoc IAICChain
    function featuresOf(uint32 workload, uint32 node, uint32 round) external view returns (bytes memory) {
        Pair memory pair = _pairAt(workload, node, round);
        (Ineligible reason, uint256 durationSec) = _examine(pair, round);
        require(reason == Ineligible.None, NotEligible(0, workload, node, reason));
        return _features(pair, round, durationSec);
    }

    /// @inheritdoc IAICChain
    function currentRound() external view returns (uint32) {
        return _round();
    }

    // Posting ----------------------------------------------------------------------------------------------------

    /// @dev A round is posted once, while it is current, in its first half by whom it drew. A round that was skipped or
    /// voided is never posted later.
    function _requirePostable(uint32 round) private view {
        uint32 current = _round();
        require(round == current, NotCurrentRound(round, current));
        require(_rounds[round].matcher == address(0), AlreadyPosted(round));
        uint256 anyoneFrom = GENESIS + uint256(round) * ROUND_SEC + ROUND_SEC / 2;
        if (block.timestamp >= anyoneFrom) return;
        address drawn = drawnMatcher(round);
        require(drawn == address(0) || drawn == msg.sender, NotDrawn(round, drawn, anyoneFrom));
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
        Named memory named = _requireOrdered(cutoff, entries);
        (named.specs, named.budgetsMicro) = WORKLOADS.openingsOf(named.workloads, round);
        named.records = NODES.recordsAt(named.nodes, round);
        named.trustFloor = PARAMETERS.at(Parameter.flagBelowTrustBps, round);
        matches = new Match[](entries.length);
        for (uint256 i = 0; i < entries.length; ++i) {
            uint64 priceMicro = entries[i].priceMicro;
            matches[i] = _requireFitting(i, named, round, priceMicro);
            pricesMicro += priceMicro;
        }
    }

    /// @dev Workloads ascend up to the cutoff, and no node is listed twice.
    function _requireOrdered(uint32 cutoff, Entry[] calldata entries)
        private
        view
        returns (Named memory named)
    {
        uint32[] memory workloads = new uint32[](entries.length);
        uint32[] memory nodes = new uint32[](entries.length);
        uint256[] memory listed = NodeSet.upTo(NODES.nodeCount());
        uint32 previous = 0;
        for (uint256 i = 0; i < entries.length; ++i) {
            (uint32 workload, uint32 node) = (entries[i].workload, entries[i].node);
            require(workload > previous, EntriesNotAscending(i));
            require(workload <= cutoff, CutoffExceeded(i, workload, cutoff));
            require(listed.add(node), NodeTwice(node));
            (workloads[i], nodes[i], previous) = (workload, node, workload);
        }
        (named.workloads, named.nodes) = (workloads, nodes);
    }

    /// @dev The pair is eligible and its price lies between cost and budget.
    function _requireFitting(uint256 i, Named memory named, uint32 round, uint64 priceMicro)
        private
        pure
        returns (Match)
    {
        WorkloadSpec spec = named.specs[i];
        NodeRecord record = named.records[i];
        uint64 budgetMicro = named.budgetsMicro[i];
        (Ineligible reason, uint256 durationSec) =
            Eligibility.examine(spec, record, round, budgetMicro != 0, named.trustFloor);
        (uint32 workload, uint32 node) = (named.workloads[i], named.nodes[i]);
        require(reason == Ineligible.None, NotEligible(i, workload, node, reason));
        uint256 costMicro = Weights.costMicro(spec, record, durationSec);
        require(
            costMicro <= priceMicro && priceMicro <= budgetMicro,
            PriceOutOfRange(i, costMicro, priceMicro, budgetMicro)
        );
        return Matches.pack(workload, node, uint16(i), spec.gpus(), priceMicro);
    }

    /// @dev Emits RoundPosted and gives keccak256(abi.encode(entries)). The event's data and what is hashed are the same
    /// encoding after their heads, and that of the calldata, so it is copied once.
    function _publish(uint32 round, uint32 cutoff, Entry[] calldata entries) private returns (bytes32 hash) {
        entries.requireClean();
        bytes32 topic = RoundPosted.selector;
        assembly ("memory-safe") {
            let data := mload(0x40)
            let list := add(data, 96)
            let size := mul(entries.length, 224) // seven words each
            mstore(add(data, 64), 32)
            mstore(list, entries.length)
            calldatacopy(add(list, 32), entries.offset, size)
            hash := keccak256(add(data, 64), add(size, 64))
            mstore(data, cutoff)
            mstore(add(data, 32), hash)
            mstore(add(data, 64), 96)
            log3(data, add(size, 128), topic, round, caller())
        }
    }

    // Bonds and seats --------------------------------------------------------------------------------------------

    /// @dev The sender's account, with enough of its bond free for a round; not yet written.
    function _releaseToPost(uint256 needMicro) private view returns (Bonds.Account memory account) {
        account = _accounts[msg.sender];
        uint256 freeMicro = account.release(_rounds, _round(), _bondMicro(msg.sender), needMicro);
        require(freeMicro >= needMicro, BondTooSmall(msg.sender, freeMicro, needMicro));
    }

    function _releaseFor(uint256 amountMicro) private {
        Bonds.Account memory account = _accounts[msg.sender];
        uint256 bondMicro = _bondMicro(msg.sender);
        uint256 freeMicro = account.release(_rounds, _round(), bondMicro, amountMicro);
        // More than the whole bond is refused by the vault, in its own words.
        if (freeMicro < amountMicro && amountMicro <= bondMicro) {
            revert BondLocked(msg.sender, freeMicro, _rounds[account.oldestRound].lastChallengeRound);
        }
        _accounts[msg.sender] = account;
    }

    function _bondMicro(address matcher) private view returns (uint256) {
        return VAULT.balanceMicro(LedgerLines.matcherBond(matcher));
    }

    function _takeSeat(address matcher) private {
        uint32 current = _round();
        bool isLifted = _accounts[matcher].liftSuspension(current);
        if (_seats.take(matcher, current + 1) || isLifted) emit SeatTaken(matcher, current + 1);
    }

    function _loseSeat(address matcher) private {
        uint32 fromRound = _round() + 1;
        if (_seats.leave(matcher, fromRound)) emit SeatLost(matcher, fromRound);
    }

    // Dispute ----------------------------------------------------------------------------------------------------

    function _requireChallengeable(uint32 round, Entry[] calldata entries) private view {
        StoredRound storage r = _rounds[round];
        uint32 lastRound = r.lastChallengeRound;
        require(r.matcher != address(0) && _round() <= lastRound, NotChallengeable(round, lastRound));
        require(!r.voided, AlreadyVoided(round));
        require(entries.hashOf() == r.entriesHash, WrongEntries(round));
    }

    /// @dev Evaluates one pair at most, as of the round.
    function _isRight(
        uint32 round,
        Entry[] calldata entries,
        ChallengeKind kind,
        uint32 workload,
        uint32 node
    ) private view returns (bool) {
        Certificates.Excerpt memory x = entries.excerpt(kind, workload, node);
        if (kind == ChallengeKind.E1) {
            if (workload > _rounds[round].cutoff) return false;
        } else {
            require(x.workloadListed, NotListed(workload));
            if (kind == ChallengeKind.E4) {
                if (x.breaksOrder()) return true;
                if (x.ofWorkload.uMicro == 0) return false;
            }
        }
        return x.contradicts(kind, weightOf(workload, x.node, round));
    }

    /// @dev Half of the bond is burned (rounded up), a fifth is the sender's (rounded down), the rest the client's.
    function _void(uint32 round, address client) private returns (uint64 bondMicro) {
        StoredRound storage r = _rounds[round];
        address matcher = r.matcher;
        bondMicro = r.bondMicro;
        r.voided = true;
        uint32 current = _round();
        Bonds.Account memory account = _accounts[matcher];
        account.unlock(bondMicro);
        account.suspend(current);
        _accounts[matcher] = account;
        _voids = _voids.counted(current, _now(Parameter.voidMemoryRounds));

        uint256 keptMicro = bondMicro / 2;
        uint256 challengerMicro = bondMicro / CHALLENGER_SHARE;
        IDualTokenSystem.Payment[] memory shares = new IDualTokenSystem.Payment[](3);
        shares[0] = IDualTokenSystem.Payment(LedgerLines.burned(), bondMicro - keptMicro);
        shares[1] = IDualTokenSystem.Payment(LedgerLines.available(msg.sender), challengerMicro);
        shares[2] = IDualTokenSystem.Payment(LedgerLines.available(client), keptMicro - challengerMicro);
        VAULT.moveMany(LedgerLines.matcherBond(matcher), shares);
    }

    /// @dev Half is burned (rounded up), the rest the matcher's.
    function _forfeit(uint256 riskedMicro, address matcher) private {
        uint256 keptMicro = riskedMicro / 2;
        IDualTokenSystem.Payment[] memory shares = new IDualTokenSystem.Payment[](2);
        shares[0] = IDualTokenSystem.Payment(LedgerLines.burned(), riskedMicro - keptMicro);
        shares[1] = IDualTokenSystem.Payment(LedgerLines.available(matcher), keptMicro);
        VAULT.moveMany(LedgerLines.available(msg.sender), shares);
    }

    // The past ---------------------------------------------------------------------------------------------------

    function _now(Parameter parameter) private view returns (uint256) {
        return PARAMETERS.current(parameter);
    }

    function _pairAt(uint32 workload, uint32 node, uint32 round) private view returns (Pair memory pair) {
        (pair.spec, pair.budgetMicro, pair.open) = WORKLOADS.openingOf(workload, round);
        require(pair.spec.exists(), IAIWorkloads.UnknownWorkload(workload));
        pair.record = NODES.recordAt(node, round);
    }

    function _examine(Pair memory pair, uint32 round) private view returns (Ineligible, uint256 durationSec) {
        uint256 trustFloor = PARAMETERS.at(Parameter.flagBelowTrustBps, round);
        return Eligibility.examine(pair.spec, pair.record, round, pair.open, trustFloor);
    }

    function _features(Pair memory pair, uint32 round, uint256 durationSec)
        private
        view
        returns (bytes memory)
    {
        (uint64 gpus, uint64 freeGpus) = NODES.networkGpusAt(round);
        (uint32 openWorkloads,) = WORKLOADS.countersAt(round);
        Features.Network memory network = Features.Network(gpus, freeGpus, openWorkloads);
        return Features.pack(pair.spec, pair.record, pair.budgetMicro, durationSec, round, network);
    }
}
