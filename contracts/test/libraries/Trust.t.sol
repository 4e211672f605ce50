// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Trust} from "../../src/libraries/Trust.sol";
import {vm, bound} from "../base/Vm.sol";

contract TrustTest {
    // Discrepancy

    function testFuzz_whatIsBetterThanClaimedIsNoDiscrepancy(uint64 claimed, uint64 measured) external pure {
        (uint256 less, uint256 more) = claimed < measured ? (claimed, measured) : (measured, claimed);
        vm.assertEq(Trust.discrepancyBps(less, more, 0, false), 0);
        vm.assertEq(Trust.discrepancyBps(more, less, 0, true), 0);
    }

    function testFuzz_whatIsWithinToleranceIsNoDiscrepancy(uint64 claimed, uint256 toleranceBps)
        external
        pure
    {
        toleranceBps = bound(toleranceBps, 0, 5_000);
        uint256 measured = (uint256(claimed) * (10_000 - toleranceBps) + 9_999) / 10_000;
        vm.assertEq(Trust.discrepancyBps(claimed, measured, toleranceBps, false), 0);
    }

    function testFuzz_nothingAtAllIsTheWholeDiscrepancy(uint64 claimed, uint256 toleranceBps) external pure {
        vm.assertEq(
            Trust.discrepancyBps(bound(claimed, 1, 1e18), 0, bound(toleranceBps, 0, 5_000), false), 10_000
        );
    }

    function test_examples() external pure {
        vm.assertEq(Trust.discrepancyBps(1_500, 1_000, 500, false), 2_982); // compute of 1.5 times
        vm.assertEq(Trust.discrepancyBps(1_000, 2_000, 2_000, true), 3_750); // twice the latency
        vm.assertEq(Trust.discrepancyBps(0, 0, 0, false), 0);
    }

    function testFuzz_risesAsLessIsMeasured(uint64 claimed, uint64 a, uint64 b, uint256 toleranceBps)
        external
        pure
    {
        toleranceBps = bound(toleranceBps, 0, 10_000);
        (uint256 less, uint256 more) = a < b ? (a, b) : (b, a);
        uint256 worse = Trust.discrepancyBps(claimed, less, toleranceBps, false);
        uint256 better = Trust.discrepancyBps(claimed, more, toleranceBps, false);
        vm.assertGe(worse, better);
        vm.assertLe(worse, 10_000);
    }

    // Trust

    /// 13. Trust stays in [0, 10000].
    function testFuzz_invariant_13_trustStaysInBounds(
        uint256 trust,
        uint256 d,
        uint256 factor,
        uint256 gain,
        uint256 loss
    ) external pure {
        vm.assertLe(_next(trust, d, factor, gain, loss), 10_000);
    }

    /// 13. More discrepancy never means more trust.
    function testFuzz_invariant_13_trustIsMonotoneInDiscrepancy(
        uint256 trust,
        uint256 a,
        uint256 b,
        uint256 factor,
        uint256 gain,
        uint256 loss
    ) external pure {
        a = bound(a, 0, 10_000);
        b = bound(b, 0, a);
        vm.assertLe(_next(trust, a, factor, gain, loss), _next(trust, b, factor, gain, loss));
    }

    /// More trust before never means less after.
    function testFuzz_trustIsMonotoneInTrust(
        uint256 a,
        uint256 b,
        uint256 d,
        uint256 factor,
        uint256 gain,
        uint256 loss
    ) external pure {
        a = bound(a, 0, 10_000);
        b = bound(b, 0, a);
        vm.assertGe(_next(a, d, factor, gain, loss), _next(b, d, factor, gain, loss));
    }

    function test_fallsToNothingAndNotBelow() external pure {
        uint16 trust = 10_000;
        for (uint256 i = 0; i < 40; ++i) {
            trust = Trust.nextTrustBps(trust, 10_000, 4, 16, 4);
        }
        vm.assertEq(trust, 0);
    }

    function _next(uint256 trust, uint256 d, uint256 factor, uint256 gain, uint256 loss)
        private
        pure
        returns (uint16)
    {
        return Trust.nextTrustBps(
            bound(trust, 0, 10_000),
            bound(d, 0, 10_000),
            bound(factor, 1, 16),
            bound(gain, 1, 256),
            bound(loss, 1, 256)
        );
    }
}
