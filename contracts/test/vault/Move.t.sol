// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IDualTokenSystem} from "../../src/interfaces/IDualTokenSystem.sol";
import {LedgerLine, MAX_MICRO} from "../../src/types/Types.sol";
import {LedgerLines, LineKind} from "../../src/types/LedgerLines.sol";
import {NetworkFixture} from "../base/NetworkFixture.sol";
import {vm, bound} from "../base/Vm.sol";

contract MoveTest is NetworkFixture {
    using LedgerLines for LedgerLine;

    // Who

    /// Every kind has its movers, and nobody else moves it, not even its owner and not even nothing.
    function testFuzz_onlyTheOwnerOfAKindMovesIt(uint256 kind, uint256 caller) external {
        LedgerLine from = _line(LineKind(bound(kind, 0, uint256(type(LineKind).max))));
        address[8] memory callers = [
            config.nodes,
            config.workloads,
            config.chain,
            config.reporting,
            config.timelock,
            config.policies,
            client,
            outsider
        ];
        address sender = callers[bound(caller, 0, 7)];
        if (!_owns(sender, from.kind())) {
            vm.expectRevert(abi.encodeWithSelector(IDualTokenSystem.NotYourLine.selector, sender, from));
        }
        vm.prank(sender);
        vault.move(from, LedgerLines.treasury(), 0);
    }

    function test_refusesManyPaymentsOfAStranger() external {
        vm.prank(outsider);
        vm.expectRevert(
            abi.encodeWithSelector(
                IDualTokenSystem.NotYourLine.selector, outsider, LedgerLines.available(client)
            )
        );
        vault.moveMany(LedgerLines.available(client), new IDualTokenSystem.Payment[](0));
    }

    function _owns(address caller, LineKind kind) private view returns (bool) {
        if (kind == LineKind.Available) {
            return caller == config.nodes || caller == config.workloads || caller == config.chain
                || caller == config.reporting;
        }
        if (kind == LineKind.Escrow || kind == LineKind.ContestBond) return caller == config.workloads;
        if (kind == LineKind.NodeStake) return caller == config.nodes;
        if (kind == LineKind.AuditorStake || kind == LineKind.AuditorPool) return caller == config.reporting;
        if (kind == LineKind.MatcherBond) return caller == config.chain;
        if (kind == LineKind.CommunityFund || kind == LineKind.Treasury) return caller == config.timelock;
        return false;
    }

    // What

    function test_refusesMoreThanTheLineHolds() external {
        vm.prank(config.workloads);
        vm.expectRevert(
            abi.encodeWithSelector(
                IDualTokenSystem.InsufficientFunds.selector,
                LedgerLines.available(client),
                FUNDS_MICRO,
                FUNDS_MICRO + 1
            )
        );
        vault.move(LedgerLines.available(client), LedgerLines.escrow(), FUNDS_MICRO + 1);
    }

    function test_refusesMoreThanMoneyHolds() external {
        vm.prank(config.workloads);
        vm.expectRevert(abi.encodeWithSelector(IDualTokenSystem.AmountTooLarge.selector, MAX_MICRO + 1));
        vault.move(LedgerLines.available(client), LedgerLines.escrow(), MAX_MICRO + 1);
    }

    /// Where nobody could ever take it out again.
    function testFuzz_refusesALineThatIsNone(bytes32 raw) external {
        LedgerLine to = LedgerLine.wrap(raw);
        vm.assume(!to.isLine());
        vm.prank(config.workloads);
        vm.expectRevert(abi.encodeWithSelector(IDualTokenSystem.NotALine.selector, to));
        vault.move(LedgerLines.available(client), to, 1);
    }

    function testFuzz_movesAndKeepsTheSum(uint256 amountMicro) external {
        amountMicro = bound(amountMicro, 1, FUNDS_MICRO);
        uint256 liabilities = vault.liabilitiesMicro();
        vm.expectEmit(address(vault));
        emit IDualTokenSystem.Moved(LedgerLines.available(client), LedgerLines.escrow(), amountMicro);
        vm.prank(config.workloads);
        vault.move(LedgerLines.available(client), LedgerLines.escrow(), amountMicro);
        vm.assertEq(vault.availableMicro(client), FUNDS_MICRO - amountMicro);
        vm.assertEq(vault.balanceMicro(LedgerLines.escrow()), amountMicro);
        vm.assertEq(vault.liabilitiesMicro(), liabilities);
    }

    function testFuzz_splitsOneLineAmongMany(uint256 a, uint256 b) external {
        a = bound(a, 0, FUNDS_MICRO);
        b = bound(b, 0, FUNDS_MICRO - a);
        IDualTokenSystem.Payment[] memory payments = new IDualTokenSystem.Payment[](2);
        payments[0] = IDualTokenSystem.Payment(LedgerLines.available(operator), a);
        payments[1] = IDualTokenSystem.Payment(LedgerLines.communityFund(), b);
        vm.startPrank(config.workloads);
        vault.move(LedgerLines.available(client), LedgerLines.escrow(), a + b);
        vault.moveMany(LedgerLines.escrow(), payments);
        vm.assertEq(vault.balanceMicro(LedgerLines.escrow()), 0);
        vm.assertEq(vault.availableMicro(operator), FUNDS_MICRO + a);
        vm.assertEq(vault.balanceMicro(LedgerLines.communityFund()), b);
    }

    function test_aLineMovedToItselfIsUnchanged() external {
        vm.prank(config.workloads);
        vault.move(LedgerLines.available(client), LedgerLines.available(client), ONE);
        vm.assertEq(vault.availableMicro(client), FUNDS_MICRO);
    }

    function _line(LineKind kind) private view returns (LedgerLine) {
        return LedgerLine.wrap(bytes32((uint256(kind) << 248) | uint160(client)));
    }
}
