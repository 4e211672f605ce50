// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Networked, NetworkConfig} from "./base/Networked.sol";
import {Parameter} from "./generated/ParameterTable.sol";
import {IAIWorkloads} from "./interfaces/IAIWorkloads.sol";
import {IDualTokenSystem} from "./interfaces/IDualTokenSystem.sol";
import {OpenRounds} from "./libraries/OpenRounds.sol";
import {RoundHistory} from "./libraries/RoundHistory.sol";
import {Settlement} from "./libraries/Settlement.sol";
import {Weights} from "./libraries/Weights.sol";
import {LedgerLines} from "./types/LedgerLines.sol";
import {Matches} from "./types/MatchLib.sol";
import {StoredWorkload, StoredWorkloads} from "./types/StoredWorkload.sol";
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
    using Matches for Match;
    using OpenRounds for uint256;
    using RoundHistory for RoundHistory.Series;
    using StoredWorkloads for StoredWorkload;
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

    mapping(uint32 id => StoredWorkload) private _workloads;
    mapping(uint32 id => Contest) private _contests;
    /// @dev openWorkloads 32 | newestWorkload 32
    RoundHistory.Series private _counters;

    constructor(NetworkConfig memory config) Networked(config) {}

    // Clients --------------------------------------------------------------------------------------------------

    /// @inheritdoc IAIWorkloads
    function submit(Submission calldata submission) external returns (uint32 id) {
        _check(submission);
        FeeRates memory rates = _ratesNow();
        uint256 escrowMicro = Settlement.escrowMicro(submission.budgetMicro, submission.priority, rates);
        require(escrowMicro <= MAX_MICRO, BadSubmission("budgetMicro", submission.budgetMicro));

        id = _countSubmitted();
        StoredWorkload storage w = _workloads[id];
        _writeSubmission(w, submission);
        _writeTerms(w, escrowMicro, rates);
        VAULT.move(LedgerLines.available(msg.sender), LedgerLines.escrow(id), escrowMicro);

        emit WorkloadSubmitted(
            id,
            msg.sender,
            w.spec,
            submission.budgetMicro,
            uint64(escrowMicro),
            w.openUntilRound,
            submission.specHash
        );
        _writeOpenRounds(id, w, OpenRounds.book(0, _round() + 1, w.openUntilRound));
    }

    /// @inheritdoc IAIWorkloads
    function cancel(uint32 id) external {
        StoredWorkload storage w = _ofClient(id);
        if (_endWhatIsDue(id, w) && w.status == Status.Refunded) return;

        Status status = w.status;
        if (status == Status.Open) {
            _count(-1);
            _refund(id, w, CloseReason.CancelledByClient);
        } else if (status == Status.Matched) {
            NODES.release(w.node, w.spec.gpus());
            _refund(id, w, CloseReason.CancelledByClient);
        } else if (status == Status.Running) {
            _end(id, w, Status.Cancelled, CloseReason.CancelledByClient, 0, 0);
        } else {
            revert WrongStatus(id, status);
        }
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
        StoredWorkload storage w = _ofNode(id, Status.Matched);
        uint32 lastRound = w.lastStartRound();
        uint32 round = _round();
        require(round <= lastRound, StartWindowPassed(id, lastRound));

        NodeRecord record = NODES.recordAt(w.node, w.matchedRound);
        w.durationSec = uint32(Weights.durationSec(w.spec, record));
        w.status = Status.Running;
        w.startedSec = _sec();
        emit WorkloadStarted(id, w.node, w.durationSec, uint64(w.owedSec()));
        _writeOpenRounds(id, w, w.openRounds.close(round + 1));
    }

    /// @inheritdoc IAIWorkloads
    function complete(uint32 id, bytes32 resultHash) external {
        StoredWorkload storage w = _existing(id);
        bool justCancelled = w.status == Status.Cancelled && _endedRound(w) == _round();
        if (justCancelled) _requireItsNode(id, w);
        else _ofNode(id, Status.Running);
        // A lease is paid by time: it is not complete before its time.
        if (w.spec.leaseSec() > 0) _requireOwedTimeOver(id, w);
        if (justCancelled) {
            w.accepted = false;
            _declare(id, w, Status.Completed, CloseReason.Completed, uint16(MAX_BPS), resultHash);
        } else {
            _end(id, w, Status.Completed, CloseReason.Completed, uint16(MAX_BPS), resultHash);
        }
    }

    /// @inheritdoc IAIWorkloads
    function fail(uint32 id, bool clientFault, uint16 doneBps, bytes32 digest) external {
        StoredWorkload storage w = _ofNode(id, Status.Running);
        require(doneBps <= MAX_BPS, BadSubmission("doneBps", doneBps));
        if (clientFault) _end(id, w, Status.Failed, CloseReason.ClientFault, doneBps, digest);
        else _nodeFault(id, w, doneBps, digest);
    }

    /// @inheritdoc IAIWorkloads
    function timeOut(uint32 id, uint16 doneBps, bytes32 resultHash) external {
        StoredWorkload storage w = _ofNode(id, Status.Running);
        require(doneBps <= MAX_BPS, BadSubmission("doneBps", doneBps));
        _requireOwedTimeOver(id, w);
        bool isLease = w.spec.leaseSec() > 0;
        _end(id, w, Status.TimedOut, CloseReason.TimedOut, isLease ? uint16(MAX_BPS) : doneBps, resultHash);
    }

    // Anyone ---------------------------------------------------------------------------------------------------

    /// @inheritdoc IAIWorkloads
    function settle(uint32 id) external {
        StoredWorkload storage w = _existing(id);
        if (_endWhatIsDue(id, w)) return;

        Status status = w.status;
        uint32 round = _round();
        if (w.hasEnded()) {
            uint32 from = _payableFrom(w);
            require(round >= from, TooEarly(id, from));
            _pay(id, w, w.payableMicro(), Status.Settled, w.reason);
        } else if (status == Status.Contested) {
            uint32 deadline = _contests[id].deadlineRound;
            require(round > deadline, TooEarly(id, uint256(deadline) + 1));
            _moveContestBond(id, w.client);
            _pay(id, w, w.payableMicro(), Status.Settled, w.reason);
        } else {
            require(status != Status.Open, TooEarly(id, w.openUntilRound));
            require(status != Status.Matched, TooEarly(id, uint256(w.lastStartRound()) + 1));
            require(status != Status.Running, TooEarly(id, _abandonedFrom(w)));
            revert WrongStatus(id, status);
        }
    }

    // Network contracts ------------------------------------------------------------------------------------------

    /// @inheritdoc IAIWorkloads
    function matchAll(uint32 round, Match[] calldata matches) external {
        require(msg.sender == address(CHAIN), NotNetwork(msg.sender));
        Match[] memory made = new Match[](matches.length);
        uint256 count = 0;
        for (uint256 i = 0; i < matches.length; ++i) {
            Match m = matches[i];
            uint32 id = m.workload();
            StoredWorkload storage w = _workloads[id];
            Status status = w.status;
            if (status == Status.Refunded) continue;
            if (status == Status.Matched) {
                _noShow(id, w);
                status = w.status;
            }
            require(status == Status.Open, WrongStatus(id, status));
            _match(id, w, round, m);
            made[count++] = m;
        }
        assembly ("memory-safe") {
            mstore(made, count)
        }
        if (count == 0) return;
        NODES.occupy(round, made);
        _count(-int256(count));
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
        if (upheld) _pay(id, w, 0, Status.Refunded, CloseReason.ContestUpheld);
        else _pay(id, w, w.payableMicro(), Status.Settled, w.reason);
    }

    // Views ------------------------------------------------------------------------------------------------------

    /// @inheritdoc IAIWorkloads
    function workload(uint32 id) external view returns (Workload memory) {
        return _existing(id).toWorkload(GENESIS);
    }

    /// @inheritdoc IAIWorkloads
    function specOf(uint32 id) external view returns (WorkloadSpec) {
        return _workloads[id].spec;
    }

    /// @inheritdoc IAIWorkloads
    function clientOf(uint32 id) external view returns (address) {
        return _workloads[id].client;
    }

    /// @inheritdoc IAIWorkloads
    function budgetMicroOf(uint32 id) external view returns (uint64) {
        return _workloads[id].budgetMicro;
    }

    /// @inheritdoc IAIWorkloads
    function isOpenAt(uint32 id, uint32 round) external view returns (bool) {
        StoredWorkload storage w = _workloads[id];
        return w.openRounds.openAt(FOREVER, round);
    }

    /// @inheritdoc IAIWorkloads
    function openingOf(uint32 id, uint32 round)
        external
        view
        returns (WorkloadSpec spec, uint64 budgetMicro, bool open)
    {
        StoredWorkload storage w = _workloads[id];
        return (w.spec, w.budgetMicro, w.openRounds.openAt(FOREVER, round));
    }

    /// @inheritdoc IAIWorkloads
    function countersAt(uint32 round) external view returns (uint32 openWorkloads, uint32 newestWorkload) {
        uint224 counters = _counters.at(round);
        return (uint32(counters), uint32(counters >> 32));
    }

    /// @inheritdoc IAIWorkloads
    function escrowMicroFor(uint64 budgetMicro, uint16 priority) external view returns (uint64) {
        return uint64(Settlement.escrowMicro(budgetMicro, priority, _ratesNow()));
    }

    // Matches ----------------------------------------------------------------------------------------------------

    /// @dev Books the reopening, should the node not show up: so that takes no transaction.
    function _match(uint32 id, StoredWorkload storage w, uint32 round, Match m) private {
        uint256 openRounds = w.openRounds;
        openRounds = w.matches + 1 < StoredWorkloads.MAX_MATCHES
            ? openRounds.rebook(round + 1, round + w.startWindowRounds + 1)
            : openRounds.close(round + 1);
        w.writeMatch(round, m);
        emit WorkloadMatched(id, m.node(), round, m.entry(), m.priceMicro());
        _writeOpenRounds(id, w, openRounds);
    }

    // Endings ----------------------------------------------------------------------------------------------------

    /// @dev What the clock alone has ended: a node that did not show up, an abandoned run, a wait that is over.
    function _endWhatIsDue(uint32 id, StoredWorkload storage w) private returns (bool ended) {
        uint32 round = _round();
        if (w.status == Status.Matched && round > w.lastStartRound()) {
            _noShow(id, w);
            ended = true;
        } else if (w.status == Status.Running && block.timestamp >= _abandonedFrom(w)) {
            _nodeFault(id, w, 0, 0);
            ended = true;
        }
        if (w.status == Status.Open && round >= w.openUntilRound) {
            _count(-1);
            _refund(id, w, CloseReason.Expired);
            ended = true;
        }
    }

    /// @dev The node pays for it, and the workload is open again since the round that its match had booked.
    function _noShow(uint32 id, StoredWorkload storage w) private {
        NODES.release(w.node, w.spec.gpus());
        NODES.penalise(w.node, uint64(_now(Parameter.noShowPenaltyMicro)), w.client);
        uint32 reopenedFrom = w.lastStartRound() + 1;
        if (w.matches < StoredWorkloads.MAX_MATCHES && reopenedFrom < w.openUntilRound) {
            _reopen(id, w, CloseReason.NoShow, reopenedFrom);
        } else {
            _refund(id, w, CloseReason.NoShow);
        }
    }

    /// @dev Pays nothing; open again from the next round while retries and the client's patience last.
    function _nodeFault(uint32 id, StoredWorkload storage w, uint16 doneBps, bytes32 digest) private {
        _end(id, w, Status.Failed, CloseReason.NodeFault, doneBps, digest);
        uint32 next = _round() + 1;
        if (w.matches <= w.spec.maxRetries() && next < w.openUntilRound) {
            _reopen(id, w, CloseReason.NodeFault, next);
            _writeOpenRounds(id, w, w.openRounds.book(next, w.openUntilRound));
        } else {
            _refund(id, w, CloseReason.NodeFault);
        }
    }

    /// @dev The run is over: its GPUs are free from the next round on.
    function _end(
        uint32 id,
        StoredWorkload storage w,
        Status status,
        CloseReason reason,
        uint16 doneBps,
        bytes32 digest
    ) private {
        NODES.release(w.node, w.spec.gpus());
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

    function _reopen(uint32 id, StoredWorkload storage w, CloseReason reason, uint32 fromRound) private {
        w.status = Status.Open;
        w.reason = reason;
        _count(1);
        emit WorkloadReopened(id, reason, fromRound);
    }

    function _refund(uint32 id, StoredWorkload storage w, CloseReason reason) private {
        _writeOpenRounds(id, w, w.openRounds.close(_round() + 1));
        _pay(id, w, 0, Status.Refunded, reason);
    }

    /// @dev The whole escrow leaves: this is the end of every workload.
    function _pay(uint32 id, StoredWorkload storage w, uint256 priceMicro, Status status, CloseReason reason)
        private
    {
        Split memory split = Settlement.split(priceMicro, w.escrowMicro, w.spec.priority(), w.rates());
        w.status = status;
        w.reason = reason;
        if (priceMicro == 0) {
            VAULT.move(LedgerLines.escrow(id), LedgerLines.available(w.client), split.refundMicro);
        } else {
            VAULT.moveMany(LedgerLines.escrow(id), _payments(w, split));
        }
        emit WorkloadClosed(id, status, reason, split);
    }

    function _payments(StoredWorkload storage w, Split memory split)
        private
        view
        returns (IDualTokenSystem.Payment[] memory payments)
    {
        payments = new IDualTokenSystem.Payment[](6);
        payments[0] = IDualTokenSystem.Payment(LedgerLines.available(NODES.ownerOf(w.node)), split.nodeMicro);
        payments[1] = IDualTokenSystem.Payment(LedgerLines.communityFund(), split.communityFundMicro);
        payments[2] = IDualTokenSystem.Payment(LedgerLines.auditorPool(), split.auditorsMicro);
        payments[3] = IDualTokenSystem.Payment(
            LedgerLines.available(CHAIN.matcherOf(w.matchedRound)), split.matcherMicro
        );
        payments[4] = IDualTokenSystem.Payment(LedgerLines.treasury(), split.treasuryMicro);
        payments[5] = IDualTokenSystem.Payment(LedgerLines.available(w.client), split.refundMicro);
    }

    function _moveContestBond(uint32 id, address to) private {
        uint256 bondMicro = _contests[id].bondMicro;
        delete _contests[id];
        VAULT.move(LedgerLines.contestBond(id), LedgerLines.available(to), bondMicro);
    }

    /// @dev The first round in which the ending is paid. A cancelled run always waits for the next round, in which the
    /// node can no longer say that it had completed.
    function _payableFrom(StoredWorkload storage w) private view returns (uint32) {
        uint32 endedRound = _endedRound(w);
        if (!w.accepted) return endedRound + w.contestWindowRounds + 1;
        return w.status == Status.Cancelled ? endedRound + 1 : endedRound;
    }

    function _abandonedFrom(StoredWorkload storage w) private view returns (uint256) {
        return GENESIS + w.owedUntilSec() + _now(Parameter.abandonSec);
    }

    // Submission -------------------------------------------------------------------------------------------------

    function _check(Submission calldata s) private view {
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
            s.openRounds > 0 && s.openRounds <= _now(Parameter.maxOpenRounds),
            BadSubmission("openRounds", s.openRounds)
        );
    }

    function _writeSubmission(StoredWorkload storage w, Submission calldata s) private {
        uint32 round = _round();
        w.spec = WorkloadSpecs.pack(
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
        w.client = msg.sender;
        w.budgetMicro = uint56(s.budgetMicro);
        w.openUntilRound = round + 1 + s.openRounds;
        w.startWindowRounds = uint8(_now(Parameter.startWindowRounds));
        w.status = Status.Open;
    }

    function _writeTerms(StoredWorkload storage w, uint256 escrowMicro, FeeRates memory rates) private {
        w.escrowMicro = uint56(escrowMicro);
        w.communityFundBps = rates.communityFundBps;
        w.auditorsBps = rates.auditorsBps;
        w.matcherBps = rates.matcherBps;
        w.treasuryBps = rates.treasuryBps;
        w.surchargeBps = rates.surchargeBps;
        w.matcherFloorMicro = uint32(rates.matcherFloorMicro);
        w.durationSlackBps = uint24(_now(Parameter.durationSlackBps));
        w.contestWindowRounds = uint16(_now(Parameter.contestWindowRounds));
    }

    function _ratesNow() private view returns (FeeRates memory) {
        return FeeRates({
            communityFundBps: uint16(_now(Parameter.communityFundBps)),
            auditorsBps: uint16(_now(Parameter.auditorsBps)),
            matcherBps: uint16(_now(Parameter.matcherBps)),
            treasuryBps: uint16(_now(Parameter.treasuryBps)),
            surchargeBps: uint16(_now(Parameter.surchargeBps)),
            matcherFloorMicro: uint64(_now(Parameter.matcherFloorMicro))
        });
    }

    // Small things -----------------------------------------------------------------------------------------------

    function _existing(uint32 id) private view returns (StoredWorkload storage w) {
        w = _workloads[id];
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

    function _writeOpenRounds(uint32 id, StoredWorkload storage w, uint256 openRounds) private {
        if (openRounds == w.openRounds) return;
        w.openRounds = openRounds;
        emit OpenRoundsWritten(id, openRounds);
    }

    function _countSubmitted() private returns (uint32 newest) {
        uint224 counters = _counters.newest();
        newest = uint32(counters >> 32) + 1;
        _writeCounters(uint32(counters) + 1, newest);
    }

    function _count(int256 change) private {
        uint224 counters = _counters.newest();
        _writeCounters(uint32(uint256(int256(uint256(uint32(counters))) + change)), uint32(counters >> 32));
    }

    function _writeCounters(uint32 open, uint32 newest) private {
        uint32 fromRound = _round() + 1;
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
