// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Networked, NetworkConfig} from "./base/Networked.sol";
import {Parameter} from "./generated/ParameterTable.sol";
import {IAIWorkloads} from "./interfaces/IAIWorkloads.sol";
import {OpenRounds} from "./libraries/OpenRounds.sol";
import {RoundHistory} from "./libraries/RoundHistory.sol";
import {Settlement} from "./libraries/Settlement.sol";
import {Weights} from "./libraries/Weights.sol";
import {WorkloadPlaces} from "./libraries/WorkloadPlaces.sol";
import {Batch, Batches, Standing} from "./types/Batch.sol";
import {LedgerLines} from "./types/LedgerLines.sol";
import {Matches} from "./types/MatchLib.sol";
import {StoredWorkload, StoredWorkloads, Terms} from "./types/StoredWorkload.sol";
import {
    CloseReason,
    ContestGround,
    FeeRates,
    MAX_MICRO,
    Match,
    NodeRecord,
    Split,
    Status,
    WorkloadSpec
} from "./types/Types.sol";
import {WorkloadSpecs} from "./types/WorkloadSpecLib.sol";

/// @notice The status machine of a workload and its escrow. See IAIWorkloads for the contract and its trust.
contract AIWorkloads is IAIWorkloads, Networked {
    using Batches for Batch;
    using Matches for Match;
    using OpenRounds for uint256;
    using RoundHistory for RoundHistory.Series;
    using StoredWorkloads for StoredWorkload;
    using WorkloadPlaces for WorkloadPlaces.Places;
    using WorkloadSpecs for WorkloadSpec;

    struct Contest {
        uint64 bondMicro;
        uint32 deadlineRound;
    }

    /// @dev Pairs of open rounds are never written without their end.
    uint32 private constant FOREVER = type(uint32).max;
    uint256 private constant MAX_GPUS = (1 << 12) - 1;
    uint256 private constant MAX_BPS = 1e4;
    uint256 private constant MAX_RETRIES = StoredWorkloads.MAX_MATCHES - 1;

    /// @dev openWorkloads 32 | newestWorkload 32
    RoundHistory.Series private _counters;
    mapping(uint32 id => Contest) private _contests;
    WorkloadPlaces.Places private _places;

    constructor(NetworkConfig memory config) Networked(config) {}

    // Clients --------------------------------------------------------------------------------------------------

    /// @inheritdoc IAIWorkloads
    function submit(Submission calldata submission) external returns (uint32 id) {
        Terms memory terms = _termsNow();
        id = _newestId() + 1;
        _lock(_submit(id, submission, terms));
        _writeCounters(1, id);
    }

    /// @inheritdoc IAIWorkloads
    function submitMany(Submission[] calldata submissions) external returns (uint32 firstId) {
        Terms memory terms = _termsNow();
        firstId = _newestId() + 1;
        uint32 id = firstId;
        uint256 escrowMicro = 0;
        for (uint256 i = 0; i < submissions.length; ++i) {
            escrowMicro += _submit(id++, submissions[i], terms);
        }
        _lock(escrowMicro);
        _writeCounters(int256(submissions.length), id - 1);
    }

    /// @inheritdoc IAIWorkloads
    function cancel(uint32 id) external {
        StoredWorkload storage w = _ofClient(id);
        Batch memory batch = Batches.ofSize(1);
        bool ended = _endWhatIsDue(id, w, batch);
        // What was due may have refunded it, on other grounds.
        if (!ended || w.status != Status.Refunded) _cancel(id, w, batch);
        _apply(batch);
    }

    /// @inheritdoc IAIWorkloads
    function accept(uint32 id) external {
        StoredWorkload storage w = _ofClient(id);
        require(w.hasEnded(), WrongStatus(id, w.status));
        w.accepted = true;
    }

    /// @inheritdoc IAIWorkloads
    function contest(uint32 id, ContestGround ground) external {
        StoredWorkload storage w = _ofClient(id);
        require(w.hasEnded() && !w.accepted, WrongStatus(id, w.status));
        uint32 round = _round();
        uint32 endedRound = _endedRound(w);
        uint32 lastRound = endedRound + w.contestWindowRounds;
        require(round <= lastRound, ContestWindowPassed(id, lastRound));
        // Until then the node may still say that it had completed.
        require(w.status != Status.Cancelled || round > endedRound, TooEarly(id, endedRound + 1));

        uint256 bondMicro = _now(Parameter.contestBondMicro);
        uint32 deadline = round + uint32(_now(Parameter.contestDecisionRounds));
        w.status = Status.Contested;
        _contests[id] = Contest(uint64(bondMicro), deadline);
        VAULT.move(LedgerLines.available(msg.sender), LedgerLines.contestBond(id), bondMicro);
        REPORTING.openContest(id, deadline);
        emit WorkloadContested(id, ground, uint64(bondMicro), deadline);
    }

    // The node that was matched ----------------------------------------------------------------------------------

    /// @inheritdoc IAIWorkloads
    function start(uint32 id) external {
        _start(id, Batches.ofSize(1));
    }

    /// @inheritdoc IAIWorkloads
    function startMany(uint32[] calldata ids) external {
        Batch memory batch = Batches.ofSize(ids.length);
        for (uint256 i = 0; i < ids.length; ++i) {
            _start(ids[i], batch);
        }
    }

    /// @inheritdoc IAIWorkloads
    function complete(uint32 id, bytes32 resultHash) external {
        Batch memory batch = Batches.ofSize(1);
        _complete(id, resultHash, batch);
        _apply(batch);
    }

    /// @inheritdoc IAIWorkloads
    function completeMany(uint32[] calldata ids, bytes32[] calldata resultHashes) external {
        require(ids.length == resultHashes.length, WrongHashCount(ids.length, resultHashes.length));
        Batch memory batch = Batches.ofSize(ids.length);
        for (uint256 i = 0; i < ids.length; ++i) {
            _complete(ids[i], resultHashes[i], batch);
        }
        _apply(batch);
    }

    /// @inheritdoc IAIWorkloads
    function fail(uint32 id, bool clientFault, uint16 doneBps, bytes32 digest) external {
        StoredWorkload storage w = _ofNode(id, Status.Running);
        require(doneBps <= MAX_BPS, BadSubmission("doneBps", doneBps));
        Batch memory batch = Batches.ofSize(1);
        if (clientFault) _end(id, w, Status.Failed, CloseReason.ClientFault, doneBps, digest, batch);
        else _nodeFault(id, w, doneBps, digest, batch);
        _apply(batch);
    }

    /// @inheritdoc IAIWorkloads
    function timeOut(uint32 id, uint16 doneBps, bytes32 resultHash) external {
        StoredWorkload storage w = _ofNode(id, Status.Running);
        require(doneBps <= MAX_BPS, BadSubmission("doneBps", doneBps));
        _requireOwedTimeOver(id, w);
        if (w.spec().leaseSec() > 0) doneBps = uint16(MAX_BPS);
        Batch memory batch = Batches.ofSize(1);
        _end(id, w, Status.TimedOut, CloseReason.TimedOut, doneBps, resultHash, batch);
        _apply(batch);
    }

    // Anyone ---------------------------------------------------------------------------------------------------

    /// @inheritdoc IAIWorkloads
    function settle(uint32 id) external {
        StoredWorkload storage w = _existing(id);
        require(!w.isClosed(), WrongStatus(id, w.status));
        Batch memory batch = Batches.ofSize(1);
        uint256 dueFrom = _settle(id, w, batch);
        require(dueFrom == 0, TooEarly(id, dueFrom));
        _apply(batch);
    }

    /// @inheritdoc IAIWorkloads
    function settleMany(uint32[] calldata ids) external {
        Batch memory batch = Batches.ofSize(ids.length);
        for (uint256 i = 0; i < ids.length; ++i) {
            StoredWorkload storage w = _places.find(ids[i]);
            if (w.status != Status.None && !w.isClosed()) _settle(ids[i], w, batch);
        }
        _apply(batch);
    }

    // Network contracts ------------------------------------------------------------------------------------------

    /// @inheritdoc IAIWorkloads
    function matchAll(uint32 round, Match[] calldata matches) external {
        require(msg.sender == address(CHAIN), NotNetwork(msg.sender));
        Batch memory batch = Batches.ofSize(matches.length);
        Match[] memory made = new Match[](matches.length);
        uint256 count = 0;
        for (uint256 i = 0; i < matches.length; ++i) {
            Match m = matches[i];
            uint32 id = m.workload();
            StoredWorkload storage w = _places.find(id);
            Status status = w.status;
            if (status == Status.Refunded) continue;
            if (status == Status.Matched) {
                _unmatch(id, w, _standingOf(w.matchedRound, batch).voided, batch);
                status = w.status;
            }
            require(status == Status.Open, WrongStatus(id, status));
            w.writeMatch(round, m);
            made[count++] = m;
        }
        assembly ("memory-safe") {
            mstore(made, count)
        }
        batch.opened -= int256(count);
        _apply(batch);
        if (count != 0) _tell(round, made);
    }

    /// @inheritdoc IAIWorkloads
    function resolveContest(uint32 id, bool upheld) external {
        require(msg.sender == address(REPORTING), NotNetwork(msg.sender));
        StoredWorkload storage w = _existing(id);
        require(w.status == Status.Contested, WrongStatus(id, w.status));
        uint32 deadline = _contests[id].deadlineRound;
        require(_round() <= deadline, ContestWindowPassed(id, deadline));

        emit ContestResolved(id, upheld);
        _moveContestBond(id, upheld ? w.client : NODES.ownerOf(w.node));
        if (upheld) {
            Batch memory batch = Batches.ofSize(1);
            _close(id, w, 0, Status.Refunded, CloseReason.ContestUpheld, batch);
            _apply(batch);
        } else {
            w.status = w.endedAs();
            w.accepted = true;
        }
    }

    // Views ------------------------------------------------------------------------------------------------------

    /// @inheritdoc IAIWorkloads
    function workload(uint32 id) external view returns (Workload memory) {
        return _existing(id).toWorkload(GENESIS);
    }

    /// @inheritdoc IAIWorkloads
    function specOf(uint32 id) external view returns (WorkloadSpec) {
        return _places.find(id).spec();
    }

    /// @inheritdoc IAIWorkloads
    function clientOf(uint32 id) external view returns (address) {
        return _places.find(id).client;
    }

    /// @inheritdoc IAIWorkloads
    function budgetMicroOf(uint32 id) external view returns (uint64) {
        return _places.find(id).budgetMicro;
    }

    /// @inheritdoc IAIWorkloads
    function isOpenAt(uint32 id, uint32 round) external view returns (bool) {
        StoredWorkload storage w = _places.find(id);
        return w.openRounds().openAt(FOREVER, round);
    }

    /// @inheritdoc IAIWorkloads
    function openingOf(uint32 id, uint32 round)
        external
        view
        returns (WorkloadSpec spec, uint64 budgetMicro, bool open)
    {
        StoredWorkload storage w = _places.find(id);
        return (w.spec(), w.budgetMicro, w.openRounds().openAt(FOREVER, round));
    }

    /// @inheritdoc IAIWorkloads
    function openingsOf(uint32[] calldata ids, uint32 round)
        external
        view
        returns (WorkloadSpec[] memory specs, uint64[] memory budgetsMicro)
    {
        specs = new WorkloadSpec[](ids.length);
        budgetsMicro = new uint64[](ids.length);
        for (uint256 i = 0; i < ids.length; ++i) {
            StoredWorkload storage w = _places.find(ids[i]);
            specs[i] = w.spec();
            if (w.openRounds().openAt(FOREVER, round)) budgetsMicro[i] = w.budgetMicro;
        }
    }

    /// @inheritdoc IAIWorkloads
    function countersAt(uint32 round) external view returns (uint32 openWorkloads, uint32 newestWorkload) {
        uint224 counters = _counters.at(round);
        return (uint32(counters), uint32(counters >> 32));
    }

    /// @inheritdoc IAIWorkloads
    function escrowMicroFor(uint64 budgetMicro, uint16 priority) external view returns (uint64) {
        return uint64(Settlement.escrowMicro(budgetMicro, priority, _termsNow().rates));
    }

    // Matches ----------------------------------------------------------------------------------------------------

    /// @dev Once all that the matches undo is written: a node's record follows from the last one in the log and its match.
    function _tell(uint32 round, Match[] memory matches) private {
        for (uint256 i = 0; i < matches.length; ++i) {
            Match m = matches[i];
            emit WorkloadMatched(m.workload(), m.node(), round, m.entry(), m.priceMicro());
        }
        NODES.occupy(round, matches);
    }

    // Running ----------------------------------------------------------------------------------------------------

    function _start(uint32 id, Batch memory batch) private {
        StoredWorkload storage w = _ofNode(id, Status.Matched);
        uint32 matchedRound = w.matchedRound;
        uint32 lastRound = w.lastStartRound();
        uint32 round = _round();
        require(round <= lastRound, StartWindowPassed(id, lastRound));
        require(!_standingOf(matchedRound, batch).voided, MatchVoided(id, matchedRound));

        uint32 node = w.node;
        uint256 openRounds = w.openRounds();
        w.durationSec = uint32(Weights.durationSec(w.spec(), NODES.recordAt(node, matchedRound)));
        w.status = Status.Running;
        w.startedSec = _sec();
        emit WorkloadStarted(id, node, w.durationSec, uint64(w.owedSec()));
        _writeOpenRounds(id, w, openRounds, openRounds.close(round + 1));
    }

    function _complete(uint32 id, bytes32 resultHash, Batch memory batch) private {
        StoredWorkload storage w = _existing(id);
        bool justCancelled = w.status == Status.Cancelled && _endedRound(w) == _round();
        if (justCancelled) _requireItsNode(id, w);
        else _ofNode(id, Status.Running);
        // A lease is paid by time: it is not complete before its time.
        if (w.spec().leaseSec() > 0) _requireOwedTimeOver(id, w);
        if (justCancelled) {
            w.accepted = false;
            _declare(id, w, Status.Completed, CloseReason.Completed, uint16(MAX_BPS), resultHash);
        } else {
            _end(id, w, Status.Completed, CloseReason.Completed, uint16(MAX_BPS), resultHash, batch);
        }
    }

    // Endings ----------------------------------------------------------------------------------------------------

    function _cancel(uint32 id, StoredWorkload storage w, Batch memory batch) private {
        Status status = w.status;
        if (status == Status.Open) {
            batch.opened -= 1;
            _refund(id, w, CloseReason.CancelledByClient, batch);
        } else if (status == Status.Matched) {
            batch.release(w.node, w.spec().gpus());
            _refund(id, w, CloseReason.CancelledByClient, batch);
        } else if (status == Status.Running) {
            _end(id, w, Status.Cancelled, CloseReason.CancelledByClient, 0, 0, batch);
        } else {
            revert WrongStatus(id, status);
        }
    }

    /// @dev Ends and pays what is due; else gives the round (of a run: the timestamp) from which it will be.
    function _settle(uint32 id, StoredWorkload storage w, Batch memory batch)
        private
        returns (uint256 dueFrom)
    {
        if (_endWhatIsDue(id, w, batch)) return 0;
        Status status = w.status;
        if (status == Status.Open) return w.openUntilRound;
        if (status == Status.Matched) return uint256(w.lastStartRound()) + 1;
        if (status == Status.Running) return _abandonedFrom(w);

        bool contested = status == Status.Contested;
        Standing memory standing = _standingOf(w.matchedRound, batch);
        dueFrom = Math.max(
            contested ? uint256(_contests[id].deadlineRound) + 1 : _payableFrom(w),
            uint256(standing.lastChallengeRound) + 1
        );
        if (_round() < dueFrom) return dueFrom;

        if (contested) _moveContestBond(id, w.client);
        _close(id, w, w.payableMicro(_priceMicro(w, standing)), Status.Settled, w.reason, batch);
        return 0;
    }

    /// @dev What the clock or a challenge has ended: a node that did not show up or whose match was voided, an abandoned
    /// run, a wait that is over.
    function _endWhatIsDue(uint32 id, StoredWorkload storage w, Batch memory batch)
        private
        returns (bool ended)
    {
        uint32 round = _round();
        Status status = w.status;
        if (status == Status.Matched) {
            bool voided = _standingOf(w.matchedRound, batch).voided;
            ended = voided || round > w.lastStartRound();
            if (ended) _unmatch(id, w, voided, batch);
        } else if (status == Status.Running && block.timestamp >= _abandonedFrom(w)) {
            _nodeFault(id, w, 0, 0, batch);
            ended = true;
        }
        if (w.status == Status.Open && round >= w.openUntilRound) {
            batch.opened -= 1;
            _refund(id, w, CloseReason.Expired, batch);
            ended = true;
        }
    }

    /// @dev A match that comes to nothing. A node that did not show up pays for it, and the workload is open again since
    /// the round that its match had booked. Of a voided match the node is free, and the workload need not wait for that round.
    function _unmatch(uint32 id, StoredWorkload storage w, bool voided, Batch memory batch) private {
        CloseReason reason = voided ? CloseReason.RoundVoided : CloseReason.NoShow;
        batch.release(w.node, w.spec().gpus());
        if (!voided) NODES.penalise(w.node, uint64(_now(Parameter.noShowPenaltyMicro)), w.client);

        uint32 next = _round() + 1;
        uint32 reopenedFrom = w.lastStartRound() + 1;
        if (reopenedFrom > next) reopenedFrom = next;
        if (w.matches < StoredWorkloads.MAX_MATCHES && reopenedFrom < w.openUntilRound) {
            uint256 openRounds = w.openRounds();
            _reopen(id, w, reason, reopenedFrom, batch);
            uint256 reopened = openRounds;
            if (reopenedFrom == next) reopened = openRounds.close(next).book(next, w.openUntilRound);
            _writeOpenRounds(id, w, openRounds, reopened);
        } else {
            _refund(id, w, reason, batch);
        }
    }

    /// @dev Pays nothing; open again from the next round while retries and the client's patience last.
    function _nodeFault(
        uint32 id,
        StoredWorkload storage w,
        uint16 doneBps,
        bytes32 digest,
        Batch memory batch
    ) private {
        _end(id, w, Status.Failed, CloseReason.NodeFault, doneBps, digest, batch);
        uint32 next = _round() + 1;
        if (w.matches <= w.spec().maxRetries() && next < w.openUntilRound) {
            _reopen(id, w, CloseReason.NodeFault, next, batch);
            uint256 openRounds = w.openRounds();
            _writeOpenRounds(id, w, openRounds, openRounds.book(next, w.openUntilRound));
        } else {
            _refund(id, w, CloseReason.NodeFault, batch);
        }
    }

    /// @dev The run is over: its GPUs are free from the next round on.
    function _end(
        uint32 id,
        StoredWorkload storage w,
        Status status,
        CloseReason reason,
        uint16 doneBps,
        bytes32 digest,
        Batch memory batch
    ) private {
        batch.release(w.node, w.spec().gpus());
        _declare(id, w, status, reason, doneBps, digest);
    }

    function _declare(
        uint32 id,
        StoredWorkload storage w,
        Status status,
        CloseReason reason,
        uint16 doneBps,
        bytes32 digest
    ) private {
        w.status = status;
        w.reason = reason;
        w.ranSec = _sec() - w.startedSec;
        // Almost every run completes, and then there is nothing to write.
        if (reason != CloseReason.Completed) w.doneBps = doneBps;
        emit WorkloadEnded(id, status, reason, doneBps, digest);
    }

    function _reopen(
        uint32 id,
        StoredWorkload storage w,
        CloseReason reason,
        uint32 fromRound,
        Batch memory batch
    ) private {
        w.status = Status.Open;
        w.reason = reason;
        batch.opened += 1;
        emit WorkloadReopened(id, reason, fromRound);
    }

    function _refund(uint32 id, StoredWorkload storage w, CloseReason reason, Batch memory batch) private {
        uint256 openRounds = w.openRounds();
        _writeOpenRounds(id, w, openRounds, openRounds.close(_round() + 1));
        _close(id, w, 0, Status.Refunded, reason, batch);
    }

    // Money --------------------------------------------------------------------------------------------------------

    /// @dev The whole escrow leaves: this is the end of every workload.
    function _close(
        uint32 id,
        StoredWorkload storage w,
        uint256 priceMicro,
        Status status,
        CloseReason reason,
        Batch memory batch
    ) private {
        FeeRates memory rates = w.rates();
        address owner;
        address matcher;
        if (priceMicro != 0) {
            owner = NODES.ownerOf(w.node);
            Standing memory standing = _standingOf(w.matchedRound, batch);
            matcher = standing.matcher;
            if (standing.voided) (rates.matcherBps, rates.matcherFloorMicro) = (0, 0);
        }
        Split memory split = Settlement.split(priceMicro, w.escrowMicro, w.spec().priority(), rates);
        w.status = status;
        w.reason = reason;
        batch.pay(split, owner, matcher, w.client);
        emit WorkloadClosed(id, status, reason, split);
    }

    /// @dev Of a voided match that ran the work was real: it is paid at its cost, as far back as records reach.
    function _priceMicro(StoredWorkload storage w, Standing memory standing) private view returns (uint256) {
        if (!standing.voided) return w.priceMicro;
        try NODES.recordAt(w.node, standing.round) returns (NodeRecord record) {
            return Weights.costMicro(w.spec(), record, w.durationSec);
        } catch {
            return w.priceMicro;
        }
    }

    function _lock(uint256 escrowMicro) private {
        VAULT.move(LedgerLines.available(msg.sender), LedgerLines.escrow(), escrowMicro);
    }

    function _moveContestBond(uint32 id, address to) private {
        uint256 bondMicro = _contests[id].bondMicro;
        delete _contests[id];
        VAULT.move(LedgerLines.contestBond(id), LedgerLines.available(to), bondMicro);
    }

    /// @dev The first round in which the ending is paid, if its match is final by then. A cancelled run always waits for
    /// the next round, in which the node can no longer say that it had completed.
    function _payableFrom(StoredWorkload storage w) private view returns (uint32) {
        uint32 endedRound = _endedRound(w);
        if (!w.accepted) return endedRound + w.contestWindowRounds + 1;
        return w.status == Status.Cancelled ? endedRound + 1 : endedRound;
    }

    function _abandonedFrom(StoredWorkload storage w) private view returns (uint256) {
        return GENESIS + w.owedUntilSec() + _now(Parameter.abandonSec);
    }

    // Batches ------------------------------------------------------------------------------------------------------

    /// @dev What a batch has collected is done.
    function _apply(Batch memory batch) private {
        if (batch.released.length != 0) NODES.release(batch.released);
        if (batch.opened != 0) _writeCounters(batch.opened, _newestId());
        if (batch.pays()) VAULT.moveMany(LedgerLines.escrow(), batch.payments);
    }

    /// @dev Workloads that are named together were often matched in one round.
    function _standingOf(uint32 round, Batch memory batch) private view returns (Standing memory standing) {
        standing = batch.standing;
        if (standing.round == round) return standing;
        standing.round = round;
        (standing.matcher, standing.lastChallengeRound, standing.voided) = CHAIN.standingOf(round);
    }

    // Submission -------------------------------------------------------------------------------------------------

    function _submit(uint32 id, Submission calldata s, Terms memory terms)
        private
        returns (uint256 escrowMicro)
    {
        _check(s, terms);
        escrowMicro = Settlement.escrowMicro(s.budgetMicro, s.priority, terms.rates);
        require(escrowMicro <= MAX_MICRO, BadSubmission("budgetMicro", s.budgetMicro));

        uint32 round = _round();
        uint32 openUntilRound = round + 1 + s.openRounds;
        WorkloadSpec spec = _specOf(s, round);
        uint256 openRounds = OpenRounds.book(0, round + 1, openUntilRound);
        StoredWorkload storage w = _places.take(id, round);
        w.writeSubmission(
            WorkloadSpec.unwrap(spec) | (WorkloadPlaces.lapOf(id) << StoredWorkloads.SPEC_BITS),
            openRounds,
            msg.sender,
            openUntilRound,
            uint56(s.budgetMicro),
            terms.startWindowRounds
        );
        w.writeTerms(escrowMicro, terms);

        emit WorkloadSubmitted(
            id, msg.sender, spec, s.budgetMicro, uint64(escrowMicro), openUntilRound, s.specHash
        );
        emit OpenRoundsWritten(id, openRounds);
    }

    function _check(Submission calldata s, Terms memory terms) private pure {
        require(s.gpus > 0 && s.gpus <= MAX_GPUS, BadSubmission("gpus", s.gpus));
        // A job says what it computes, a lease how long it lasts.
        require((s.computeGflop > 0) != (s.leaseSec > 0), BadSubmission("leaseSec", s.leaseSec));
        require(
            s.maxDurationSec > 0 && s.maxDurationSec >= s.leaseSec,
            BadSubmission("maxDurationSec", s.maxDurationSec)
        );
        require(s.priority <= MAX_BPS, BadSubmission("priority", s.priority));
        require(s.minTrustBps <= MAX_BPS, BadSubmission("minTrustBps", s.minTrustBps));
        require(s.maxRetries <= MAX_RETRIES, BadSubmission("maxRetries", s.maxRetries));
        require(s.budgetMicro > 0 && s.budgetMicro <= MAX_MICRO, BadSubmission("budgetMicro", s.budgetMicro));
        require(
            s.openRounds > 0 && s.openRounds <= terms.maxOpenRounds, BadSubmission("openRounds", s.openRounds)
        );
    }

    function _specOf(Submission calldata s, uint32 round) private pure returns (WorkloadSpec) {
        return WorkloadSpecs.pack(
            WorkloadSpecs.Fields({
                gpus: s.gpus,
                memoryCode: s.memoryCode,
                classMask: s.classMask,
                computeGflop: s.computeGflop,
                dataMB: s.dataMB,
                leaseSec: s.leaseSec,
                maxDurationSec: s.maxDurationSec,
                priority: s.priority,
                minTrustBps: s.minTrustBps,
                maxRetries: s.maxRetries,
                submittedRound: round
            })
        );
    }

    function _termsNow() private view returns (Terms memory) {
        return Terms({
            rates: FeeRates({
                communityFundBps: uint16(_now(Parameter.communityFundBps)),
                auditorsBps: uint16(_now(Parameter.auditorsBps)),
                matcherBps: uint16(_now(Parameter.matcherBps)),
                treasuryBps: uint16(_now(Parameter.treasuryBps)),
                surchargeBps: uint16(_now(Parameter.surchargeBps)),
                matcherFloorMicro: uint64(_now(Parameter.matcherFloorMicro))
            }),
            durationSlackBps: uint24(_now(Parameter.durationSlackBps)),
            contestWindowRounds: uint16(_now(Parameter.contestWindowRounds)),
            startWindowRounds: uint8(_now(Parameter.startWindowRounds)),
            maxOpenRounds: uint32(_now(Parameter.maxOpenRounds))
        });
    }

    // Small things -----------------------------------------------------------------------------------------------

    function _existing(uint32 id) private view returns (StoredWorkload storage w) {
        w = _places.find(id);
        require(w.status != Status.None, UnknownWorkload(id));
    }

    function _ofClient(uint32 id) private view returns (StoredWorkload storage w) {
        w = _existing(id);
        require(w.client == msg.sender, NotClient(id, msg.sender));
    }

    function _ofNode(uint32 id, Status status) private view returns (StoredWorkload storage w) {
        w = _existing(id);
        require(w.status == status, WrongStatus(id, w.status));
        _requireItsNode(id, w);
    }

    function _requireItsNode(uint32 id, StoredWorkload storage w) private view {
        require(NODES.ownerOf(w.node) == msg.sender, NotItsNode(id, msg.sender));
    }

    /// @dev `known` is what the log says already: what a match has done to the word is written here, and said there.
    function _writeOpenRounds(uint32 id, StoredWorkload storage w, uint256 known, uint256 openRounds)
        private
    {
        w.writtenOpenRounds = openRounds;
        if (openRounds != known) emit OpenRoundsWritten(id, openRounds);
    }

    function _newestId() private view returns (uint32) {
        return uint32(_counters.newest() >> 32);
    }

    function _writeCounters(int256 opened, uint32 newest) private {
        uint32 fromRound = _round() + 1;
        uint32 open = uint32(uint256(int256(uint256(uint32(_counters.newest()))) + opened));
        _counters.write((uint224(newest) << 32) | open, fromRound);
        emit WorkloadCountersWritten(fromRound, open, newest);
    }

    function _now(Parameter parameter) private view returns (uint256) {
        return PARAMETERS.current(parameter);
    }

    function _requireOwedTimeOver(uint32 id, StoredWorkload storage w) private view {
        uint256 until = GENESIS + w.owedUntilSec();
        require(block.timestamp >= until, TooEarly(id, until));
    }

    function _endedRound(StoredWorkload storage w) private view returns (uint32) {
        return uint32(w.endedSec() / ROUND_SEC);
    }

    /// @dev Seconds since the genesis of the network: 32 bits are 136 years.
    function _sec() private view returns (uint32) {
        return uint32(block.timestamp - GENESIS);
    }
}
