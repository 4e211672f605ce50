// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IAIWorkloads} from "../interfaces/IAIWorkloads.sol";
import {CloseReason, FeeRates, Match, Status, WorkloadSpec} from "./Types.sol";
import {OpenRounds} from "../libraries/OpenRounds.sol";
import {Matches} from "./MatchLib.sol";
import {WorkloadSpecs} from "./WorkloadSpecLib.sol";

/// @notice A workload in five words. All are written by `submit`, so that every later write is the cheap kind; matching
/// and ending touch one of them. Its terms (rates, slack, windows) are those that bound when it was submitted: no vote
/// changes them under way. Seconds count from the network's genesis.
struct StoredWorkload {
    // word 0: spec 242 | lap 14 (see WorkloadPlaces)
    uint256 specAndLap;
    // word 1
    uint256 writtenOpenRounds; // without what a match that still waits for its start does to them
    // word 2: the last match and what came of it
    uint32 node;
    uint56 priceMicro;
    uint56 budgetMicro;
    uint32 matchedRound;
    uint16 entry;
    uint8 matches;
    uint8 startWindowRounds;
    Status status;
    CloseReason reason;
    uint32 ranSec; // until it ended
    // word 3
    address client;
    uint32 openUntilRound;
    uint32 startedSec;
    uint32 durationSec; // predicted, set by `start`
    // word 4: the terms
    uint56 escrowMicro;
    uint16 communityFundBps;
    uint16 auditorsBps;
    uint16 matcherBps;
    uint16 treasuryBps;
    uint16 surchargeBps;
    uint32 matcherFloorMicro;
    uint24 durationSlackBps;
    uint16 contestWindowRounds;
    uint16 doneBps; // as declared by who ended it, unless it completed
    bool accepted;
}

/// @notice What a submission is taken at: the parameters that bind when it is made.
struct Terms {
    FeeRates rates;
    uint24 durationSlackBps;
    uint16 contestWindowRounds;
    uint8 startWindowRounds;
    uint32 maxOpenRounds;
}

/// @notice What follows from a stored workload alone.
library StoredWorkloads {
    using Matches for Match;
    using OpenRounds for uint256;
    using WorkloadSpecs for WorkloadSpec;

    /// @dev One opening at first and one after each match but the last fill the four pairs of the open rounds.
    uint256 internal constant MAX_MATCHES = 4;
    uint256 internal constant ALL_BPS = 1e4;
    uint256 internal constant SPEC_BITS = 242;

    function spec(StoredWorkload storage w) internal view returns (WorkloadSpec) {
        return WorkloadSpec.wrap(w.specAndLap & ((1 << SPEC_BITS) - 1));
    }

    function lap(StoredWorkload storage w) internal view returns (uint256) {
        return w.specAndLap >> SPEC_BITS;
    }

    /// @notice Nothing but writes, of every field, so that nothing is left of whoever had the place before.
    /// @dev One word after the other without a jump: the compiler makes one store of each.
    function writeSubmission(
        StoredWorkload storage w,
        uint256 specAndLap,
        uint256 openRounds_,
        address client,
        uint32 openUntilRound,
        uint56 budgetMicro,
        uint8 startWindowRounds
    ) internal {
        w.specAndLap = specAndLap;
        w.writtenOpenRounds = openRounds_;

        w.node = 0;
        w.priceMicro = 0;
        w.budgetMicro = budgetMicro;
        w.matchedRound = 0;
        w.entry = 0;
        w.matches = 0;
        w.startWindowRounds = startWindowRounds;
        w.status = Status.Open;
        w.reason = CloseReason.None;
        w.ranSec = 0;

        w.client = client;
        w.openUntilRound = openUntilRound;
        w.startedSec = 0;
        w.durationSec = 0;
    }

    function writeTerms(StoredWorkload storage w, uint256 escrowMicro, Terms memory terms) internal {
        FeeRates memory rates_ = terms.rates;
        w.escrowMicro = uint56(escrowMicro);
        w.communityFundBps = rates_.communityFundBps;
        w.auditorsBps = rates_.auditorsBps;
        w.matcherBps = rates_.matcherBps;
        w.treasuryBps = rates_.treasuryBps;
        w.surchargeBps = rates_.surchargeBps;
        w.matcherFloorMicro = uint32(rates_.matcherFloorMicro);
        w.durationSlackBps = terms.durationSlackBps;
        w.contestWindowRounds = terms.contestWindowRounds;
        w.doneBps = 0;
        w.accepted = false;
    }

    function rates(StoredWorkload storage w) internal view returns (FeeRates memory) {
        return FeeRates({
            communityFundBps: w.communityFundBps,
            auditorsBps: w.auditorsBps,
            matcherBps: w.matcherBps,
            treasuryBps: w.treasuryBps,
            surchargeBps: w.surchargeBps,
            matcherFloorMicro: w.matcherFloorMicro
        });
    }

    /// @dev Nothing but writes to one word: the compiler makes few stores of them.
    function writeMatch(StoredWorkload storage w, uint32 round, Match m) internal {
        uint8 matches = w.matches + 1;
        w.node = m.node();
        w.priceMicro = uint56(m.priceMicro());
        w.matchedRound = round;
        w.entry = m.entry();
        w.status = Status.Matched;
        w.matches = matches;
    }

    /// @notice The rounds in which it can be matched. A match takes those after its own and books the reopening, should the
    /// node not show up. Both follow from the match, so they take no write of their own: whatever ends the wait for the
    /// start writes them.
    function openRounds(StoredWorkload storage w) internal view returns (uint256) {
        uint256 written = w.writtenOpenRounds;
        if (w.status != Status.Matched) return written;
        uint32 from = w.matchedRound + 1;
        return w.matches < MAX_MATCHES ? written.rebook(from, lastStartRound(w) + 1) : written.close(from);
    }

    /// @notice The last round in which the node that was matched may start it.
    function lastStartRound(StoredWorkload storage w) internal view returns (uint32) {
        return w.matchedRound + w.startWindowRounds;
    }

    /// @notice How long the node must run it before it may call the time over.
    function owedSec(StoredWorkload storage w) internal view returns (uint256) {
        uint256 durationSec = w.durationSec;
        if (spec(w).leaseSec() > 0) return durationSec;
        return Math.ceilDiv(durationSec * w.durationSlackBps, ALL_BPS);
    }

    /// @notice When the owed time is over.
    function owedUntilSec(StoredWorkload storage w) internal view returns (uint256) {
        return w.startedSec + owedSec(w);
    }

    function endedSec(StoredWorkload storage w) internal view returns (uint256) {
        return uint256(w.startedSec) + w.ranSec;
    }

    /// @notice What the ending pays to the node at that price, as it was declared: the price or a part of it.
    function payableMicro(StoredWorkload storage w, uint256 priceMicro) internal view returns (uint256) {
        CloseReason reason = w.reason;
        if (reason == CloseReason.Completed) return priceMicro;
        if (reason == CloseReason.TimedOut) return priceMicro * w.doneBps / ALL_BPS;
        uint256 durationSec = w.durationSec;
        return priceMicro * Math.min(w.ranSec, durationSec) / durationSec;
    }

    /// @notice It ran and ended; what is left is to contest it or to pay.
    function hasEnded(StoredWorkload storage w) internal view returns (bool) {
        Status status = w.status;
        return status >= Status.Completed && status <= Status.Cancelled;
    }

    /// @notice The status that a run has ended in, from its reason: what a contest had covered.
    function endedAs(StoredWorkload storage w) internal view returns (Status) {
        CloseReason reason = w.reason;
        if (reason == CloseReason.Completed) return Status.Completed;
        if (reason == CloseReason.TimedOut) return Status.TimedOut;
        return reason == CloseReason.ClientFault ? Status.Failed : Status.Cancelled;
    }

    /// @notice Its money is gone; nothing happens to it any more.
    function isClosed(StoredWorkload storage w) internal view returns (bool) {
        return w.status >= Status.Settled;
    }

    function toWorkload(StoredWorkload storage w, uint64 genesis)
        internal
        view
        returns (IAIWorkloads.Workload memory)
    {
        Status status = w.status;
        bool started = status >= Status.Running && w.startedSec != 0;
        bool ended = started && status != Status.Running;
        return IAIWorkloads.Workload({
            client: w.client,
            spec: spec(w),
            budgetMicro: w.budgetMicro,
            escrowMicro: w.escrowMicro,
            openUntilRound: w.openUntilRound,
            status: status,
            reason: w.reason,
            node: w.node,
            priceMicro: w.priceMicro,
            matchedRound: w.matchedRound,
            entry: w.entry,
            startedAt: started ? genesis + w.startedSec : 0,
            endedAt: ended ? uint64(genesis + endedSec(w)) : 0,
            doneBps: w.reason == CloseReason.Completed ? uint16(ALL_BPS) : w.doneBps,
            matches: w.matches
        });
    }
}
