// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

// Generated from src/domain/parameters.ts by `npm run generate`. Do not edit.

enum Parameter {
    greenMicroPerKWh,
    maxPenaltyMicroPerGpuHour,
    surchargeBps,
    communityFundBps,
    auditorsBps,
    matcherBps,
    matcherFloorMicro,
    treasuryBps,
    latencyToleranceBps,
    bandwidthToleranceBps,
    computeToleranceBps,
    discrepancyFactor,
    trustGainDivisor,
    trustLossDivisor,
    initialTrustBps,
    flagBelowTrustBps,
    excludeBelowTrustBps,
    cleanAuditsToReinstate,
    auditQuorum,
    auditRewardMicro,
    minNodeStakeMicroPerGpu,
    auditorStakeMicro,
    minMatcherBondMicro,
    matcherBondBps,
    contestBondMicro,
    noShowPenaltyMicro,
    freshnessRounds,
    startWindowRounds,
    contestWindowRounds,
    contestDecisionRounds,
    challengeWindowRounds,
    unbondingRounds,
    durationSlackBps,
    abandonSec,
    maxOpenRounds,
    fullRound,
    policyGasCap,
    challengeBondMicro,
    voidMemoryRounds,
    maxBondDoublings
}

uint256 constant PARAMETER_COUNT = 40;

library ParameterTable {
    /// @notice The hard bounds of a parameter, its largest step and the seconds between two writes.
    struct Bounds {
        uint256 min;
        uint256 max;
        uint256 largestStep;
        uint256 cooldownSec;
    }

    function bounds(Parameter p) internal pure returns (Bounds memory) {
        if (p == Parameter.greenMicroPerKWh) return Bounds(0, 1_000_000_000, 200_000_000, 86_400);
        if (p == Parameter.maxPenaltyMicroPerGpuHour) return Bounds(0, 1_000_000_000, 100_000_000, 86_400);
        if (p == Parameter.surchargeBps) return Bounds(0, 10_000, 1_000, 86_400);
        if (p == Parameter.communityFundBps) return Bounds(0, 1_000, 100, 86_400);
        if (p == Parameter.auditorsBps) return Bounds(0, 1_000, 100, 86_400);
        if (p == Parameter.matcherBps) return Bounds(0, 500, 50, 86_400);
        if (p == Parameter.matcherFloorMicro) return Bounds(0, 1_000_000, 500_000, 86_400);
        if (p == Parameter.treasuryBps) return Bounds(0, 500, 50, 86_400);
        if (p == Parameter.latencyToleranceBps) return Bounds(0, 5_000, 500, 86_400);
        if (p == Parameter.bandwidthToleranceBps) return Bounds(0, 5_000, 500, 86_400);
        if (p == Parameter.computeToleranceBps) return Bounds(0, 5_000, 500, 86_400);
        if (p == Parameter.discrepancyFactor) return Bounds(1, 16, 2, 86_400);
        if (p == Parameter.trustGainDivisor) return Bounds(1, 256, 16, 86_400);
        if (p == Parameter.trustLossDivisor) return Bounds(1, 256, 16, 86_400);
        if (p == Parameter.initialTrustBps) return Bounds(0, 10_000, 1_000, 86_400);
        if (p == Parameter.flagBelowTrustBps) return Bounds(0, 10_000, 500, 86_400);
        if (p == Parameter.excludeBelowTrustBps) return Bounds(0, 10_000, 500, 86_400);
        if (p == Parameter.cleanAuditsToReinstate) return Bounds(1, 64, 8, 86_400);
        if (p == Parameter.auditQuorum) return Bounds(1, 101, 10, 86_400);
        if (p == Parameter.auditRewardMicro) return Bounds(0, 10_000_000, 1_000_000, 86_400);
        if (p == Parameter.minNodeStakeMicroPerGpu) return Bounds(0, 100_000_000_000, 1_000_000_000, 86_400);
        if (p == Parameter.auditorStakeMicro) return Bounds(0, 1_000_000_000_000, 10_000_000_000, 86_400);
        if (p == Parameter.minMatcherBondMicro) return Bounds(0, 1_000_000_000_000, 10_000_000_000, 86_400);
        if (p == Parameter.matcherBondBps) return Bounds(0, 10_000, 1_000, 86_400);
        if (p == Parameter.contestBondMicro) return Bounds(0, 10_000_000_000, 100_000_000, 86_400);
        if (p == Parameter.noShowPenaltyMicro) return Bounds(0, 10_000_000_000, 100_000_000, 86_400);
        if (p == Parameter.freshnessRounds) return Bounds(2, 360, 60, 86_400);
        if (p == Parameter.startWindowRounds) return Bounds(1, 120, 12, 86_400);
        if (p == Parameter.contestWindowRounds) return Bounds(1, 360, 60, 86_400);
        if (p == Parameter.contestDecisionRounds) return Bounds(1, 360, 60, 86_400);
        if (p == Parameter.challengeWindowRounds) return Bounds(1, 360, 60, 86_400);
        if (p == Parameter.unbondingRounds) return Bounds(1, 100_000, 10_000, 86_400);
        if (p == Parameter.durationSlackBps) return Bounds(10_000, 100_000, 5_000, 86_400);
        if (p == Parameter.abandonSec) return Bounds(1, 86_400, 3_600, 86_400);
        if (p == Parameter.maxOpenRounds) return Bounds(1, 1_000_000, 60_480, 86_400);
        if (p == Parameter.fullRound) return Bounds(1, 256, 256, 86_400);
        if (p == Parameter.policyGasCap) return Bounds(50_000, 1_000_000, 100_000, 86_400);
        if (p == Parameter.challengeBondMicro) return Bounds(0, 10_000_000_000, 1_000_000_000, 86_400);
        if (p == Parameter.voidMemoryRounds) return Bounds(1, 100_000, 10_000, 86_400);
        return Bounds(0, 16, 4, 86_400);
    }

    /// @notice What a development network starts with.
    function devDefaults() internal pure returns (uint256[] memory values) {
        values = new uint256[](PARAMETER_COUNT);
        values[uint256(Parameter.greenMicroPerKWh)] = 0;
        values[uint256(Parameter.maxPenaltyMicroPerGpuHour)] = 40_000_000;
        values[uint256(Parameter.surchargeBps)] = 1_000;
        values[uint256(Parameter.communityFundBps)] = 200;
        values[uint256(Parameter.auditorsBps)] = 200;
        values[uint256(Parameter.matcherBps)] = 50;
        values[uint256(Parameter.matcherFloorMicro)] = 10_000;
        values[uint256(Parameter.treasuryBps)] = 50;
        values[uint256(Parameter.latencyToleranceBps)] = 2_000;
        values[uint256(Parameter.bandwidthToleranceBps)] = 1_000;
        values[uint256(Parameter.computeToleranceBps)] = 500;
        values[uint256(Parameter.discrepancyFactor)] = 4;
        values[uint256(Parameter.trustGainDivisor)] = 16;
        values[uint256(Parameter.trustLossDivisor)] = 4;
        values[uint256(Parameter.initialTrustBps)] = 5_000;
        values[uint256(Parameter.flagBelowTrustBps)] = 4_000;
        values[uint256(Parameter.excludeBelowTrustBps)] = 2_500;
        values[uint256(Parameter.cleanAuditsToReinstate)] = 8;
        values[uint256(Parameter.auditQuorum)] = 3;
        values[uint256(Parameter.auditRewardMicro)] = 10_000;
        values[uint256(Parameter.minNodeStakeMicroPerGpu)] = 50_000_000;
        values[uint256(Parameter.auditorStakeMicro)] = 200_000_000;
        values[uint256(Parameter.minMatcherBondMicro)] = 100_000_000;
        values[uint256(Parameter.matcherBondBps)] = 1_000;
        values[uint256(Parameter.contestBondMicro)] = 1_000_000;
        values[uint256(Parameter.noShowPenaltyMicro)] = 1_000_000;
        values[uint256(Parameter.freshnessRounds)] = 12;
        values[uint256(Parameter.startWindowRounds)] = 4;
        values[uint256(Parameter.contestWindowRounds)] = 4;
        values[uint256(Parameter.contestDecisionRounds)] = 8;
        values[uint256(Parameter.challengeWindowRounds)] = 4;
        values[uint256(Parameter.unbondingRounds)] = 16;
        values[uint256(Parameter.durationSlackBps)] = 15_000;
        values[uint256(Parameter.abandonSec)] = 60;
        values[uint256(Parameter.maxOpenRounds)] = 720;
        values[uint256(Parameter.fullRound)] = 256;
        values[uint256(Parameter.policyGasCap)] = 100_000;
        values[uint256(Parameter.challengeBondMicro)] = 10_000_000;
        values[uint256(Parameter.voidMemoryRounds)] = 60;
        values[uint256(Parameter.maxBondDoublings)] = 4;
    }

    /// @notice What a public network starts with.
    function publicDefaults() internal pure returns (uint256[] memory values) {
        values = new uint256[](PARAMETER_COUNT);
        values[uint256(Parameter.greenMicroPerKWh)] = 0;
        values[uint256(Parameter.maxPenaltyMicroPerGpuHour)] = 2_000_000;
        values[uint256(Parameter.surchargeBps)] = 1_000;
        values[uint256(Parameter.communityFundBps)] = 200;
        values[uint256(Parameter.auditorsBps)] = 200;
        values[uint256(Parameter.matcherBps)] = 50;
        values[uint256(Parameter.matcherFloorMicro)] = 10_000;
        values[uint256(Parameter.treasuryBps)] = 50;
        values[uint256(Parameter.latencyToleranceBps)] = 2_000;
        values[uint256(Parameter.bandwidthToleranceBps)] = 1_000;
        values[uint256(Parameter.computeToleranceBps)] = 500;
        values[uint256(Parameter.discrepancyFactor)] = 4;
        values[uint256(Parameter.trustGainDivisor)] = 16;
        values[uint256(Parameter.trustLossDivisor)] = 4;
        values[uint256(Parameter.initialTrustBps)] = 5_000;
        values[uint256(Parameter.flagBelowTrustBps)] = 4_000;
        values[uint256(Parameter.excludeBelowTrustBps)] = 2_500;
        values[uint256(Parameter.cleanAuditsToReinstate)] = 8;
        values[uint256(Parameter.auditQuorum)] = 3;
        values[uint256(Parameter.auditRewardMicro)] = 10_000;
        values[uint256(Parameter.minNodeStakeMicroPerGpu)] = 500_000_000;
        values[uint256(Parameter.auditorStakeMicro)] = 5_000_000_000;
        values[uint256(Parameter.minMatcherBondMicro)] = 100_000_000;
        values[uint256(Parameter.matcherBondBps)] = 1_000;
        values[uint256(Parameter.contestBondMicro)] = 20_000_000;
        values[uint256(Parameter.noShowPenaltyMicro)] = 10_000_000;
        values[uint256(Parameter.freshnessRounds)] = 60;
        values[uint256(Parameter.startWindowRounds)] = 12;
        values[uint256(Parameter.contestWindowRounds)] = 180;
        values[uint256(Parameter.contestDecisionRounds)] = 360;
        values[uint256(Parameter.challengeWindowRounds)] = 180;
        values[uint256(Parameter.unbondingRounds)] = 360;
        values[uint256(Parameter.durationSlackBps)] = 15_000;
        values[uint256(Parameter.abandonSec)] = 600;
        values[uint256(Parameter.maxOpenRounds)] = 60_480;
        values[uint256(Parameter.fullRound)] = 256;
        values[uint256(Parameter.policyGasCap)] = 100_000;
        values[uint256(Parameter.challengeBondMicro)] = 100_000_000;
        values[uint256(Parameter.voidMemoryRounds)] = 360;
        values[uint256(Parameter.maxBondDoublings)] = 4;
    }
}
