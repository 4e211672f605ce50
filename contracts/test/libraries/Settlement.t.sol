// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Settlement} from "../../src/libraries/Settlement.sol";
import {FeeRates, Split} from "../../src/types/Types.sol";
import {bound, vm} from "../base/Vm.sol";

contract SettlementTest {
    uint256 private constant MAX_BUDGET = 2 ** 51; // with every rate at its bound, the escrow still fits MAX_MICRO

    function test_workedExample() external pure {
        FeeRates memory rates = FeeRates(200, 200, 50, 50, 1_000, 10_000);
        // 1 AICC at half priority: 2 % and 5 % to the fund, 2 % to auditors, the matcher's floor, 0.5 % to the treasury.
        vm.assertEq(Settlement.escrowMicro(1_000_000, 5_000, rates), 1_105_000);
        Split memory s = Settlement.split(500_001, 1_105_000, 5_000, rates);
        vm.assertEq(s.nodeMicro, 500_001);
        vm.assertEq(s.communityFundMicro, 10_000 + 25_000);
        vm.assertEq(s.auditorsMicro, 10_000);
        vm.assertEq(s.matcherMicro, 10_000);
        vm.assertEq(s.treasuryMicro, 2_500);
        vm.assertEq(s.refundMicro, 547_499);
    }

    function test_nothingPaidRefundsAll(uint256 budget, uint256 priority, FeeRates memory rates)
        external
        pure
    {
        (budget, priority) = _bounded(budget, priority, rates);
        uint256 escrow = Settlement.escrowMicro(budget, priority, rates);
        Split memory s = Settlement.split(0, escrow, priority, rates);
        vm.assertEq(s.refundMicro, escrow);
        vm.assertEq(s.matcherMicro, 0);
    }

    function test_01_escrowInEqualsSplitOut(
        uint256 budget,
        uint256 price,
        uint256 priority,
        FeeRates memory rates
    ) external pure {
        (budget, priority) = _bounded(budget, priority, rates);
        price = bound(price, 0, budget);
        uint256 escrow = Settlement.escrowMicro(budget, priority, rates);
        Split memory s = Settlement.split(price, escrow, priority, rates);
        uint256 parts = uint256(s.communityFundMicro) + s.auditorsMicro + s.matcherMicro + s.treasuryMicro;
        vm.assertEq(s.nodeMicro, price);
        vm.assertEq(parts + s.nodeMicro + s.refundMicro, escrow);
    }

    function _bounded(uint256 budget, uint256 priority, FeeRates memory rates)
        private
        pure
        returns (uint256, uint256)
    {
        rates.communityFundBps = uint16(bound(rates.communityFundBps, 0, 1_000));
        rates.auditorsBps = uint16(bound(rates.auditorsBps, 0, 1_000));
        rates.matcherBps = uint16(bound(rates.matcherBps, 0, 500));
        rates.treasuryBps = uint16(bound(rates.treasuryBps, 0, 500));
        rates.surchargeBps = uint16(bound(rates.surchargeBps, 0, 10_000));
        rates.matcherFloorMicro = uint64(bound(rates.matcherFloorMicro, 0, 1_000_000));
        return (bound(budget, 1, MAX_BUDGET), bound(priority, 0, 10_000));
    }
}
