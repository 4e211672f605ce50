// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @notice How far a claim was from what was measured, and what that does to trust. See docs/PROTOCOL.md.
library Trust {
    uint256 internal constant ONE_BPS = 10_000; // all of it

    /// @notice The part of a claim that was not there, in the direction that deceives, beyond the tolerance: 0..10000.
    function discrepancyBps(uint256 claimed, uint256 measured, uint256 toleranceBps, bool lessIsBetter)
        internal
        pure
        returns (uint256)
    {
        (uint256 larger, uint256 smaller) = lessIsBetter ? (measured, claimed) : (claimed, measured);
        if (larger <= smaller) return 0;
        uint256 missingBps = (larger - smaller) * ONE_BPS / larger;
        if (missingBps <= toleranceBps) return 0;
        return (missingBps - toleranceBps) * ONE_BPS / (ONE_BPS - toleranceBps);
    }

    /// @notice Trust after an audit: part of the way to its target, slowly up, fast down. Never leaves 0..10000.
    function nextTrustBps(
        uint256 trustBps,
        uint256 discrepancy,
        uint256 factor,
        uint256 gainDivisor,
        uint256 lossDivisor
    ) internal pure returns (uint16) {
        uint256 loss = factor * discrepancy;
        uint256 target = loss >= ONE_BPS ? 0 : ONE_BPS - loss;
        if (target >= trustBps) return uint16(trustBps + (target - trustBps) / gainDivisor);
        return uint16(trustBps - (trustBps - target + lossDivisor - 1) / lossDivisor);
    }
}
