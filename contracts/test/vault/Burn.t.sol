// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IDualTokenSystem} from "../../src/interfaces/IDualTokenSystem.sol";
import {LedgerLine, MAX_MICRO, WEI_PER_MICRO} from "../../src/types/Types.sol";
import {LedgerLines} from "../../src/types/LedgerLines.sol";
import {NetworkFixture} from "../base/NetworkFixture.sol";
import {bound, vm} from "../base/Vm.sol";

contract BurnTest is NetworkFixture {
    // Refusals

    function test_refusesWhoMayNotMoveTheLine() external {
        LedgerLine line = LedgerLines.available(client);
        address[3] memory strangers = [client, outsider, config.timelock];
        for (uint256 i = 0; i < 3; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IDualTokenSystem.NotYourLine.selector, strangers[i], line));
            vm.prank(strangers[i]);
            vault.burn(line, 1);
        }
    }

    function test_refusesMoreThanTheLineHolds() external {
        LedgerLine line = LedgerLines.available(client);
        vm.expectRevert(
            abi.encodeWithSelector(
                IDualTokenSystem.InsufficientFunds.selector, line, FUNDS_MICRO, FUNDS_MICRO + 1
            )
        );
        vm.prank(config.chain);
        vault.burn(line, FUNDS_MICRO + 1);
    }

    function test_refusesMoreThanMoneyHolds() external {
        vm.expectRevert(abi.encodeWithSelector(IDualTokenSystem.AmountTooLarge.selector, MAX_MICRO + 1));
        vm.prank(config.chain);
        vault.burn(LedgerLines.available(client), MAX_MICRO + 1);
    }

    // What it does

    /// @dev Invariant 2: the vault's AICC and what it owes shrink together, and the supply with them.
    function testFuzz_02_isGoneForEver(uint256 amountMicro) external {
        amountMicro = bound(amountMicro, 1, FUNDS_MICRO);
        uint256 supply = aicc.totalSupply();
        uint256 liabilities = vault.liabilitiesMicro();
        LedgerLine line = LedgerLines.available(client);
        vm.expectEmit(address(vault));
        emit IDualTokenSystem.Burned(line, amountMicro);
        vm.expectEmit(address(aicc));
        emit IERC20.Transfer(address(vault), address(0), amountMicro * WEI_PER_MICRO);
        vm.prank(config.chain);
        vault.burn(line, amountMicro);
        vm.assertEq(vault.availableMicro(client), FUNDS_MICRO - amountMicro);
        vm.assertEq(vault.liabilitiesMicro(), liabilities - amountMicro);
        vm.assertEq(aicc.totalSupply(), supply - amountMicro * WEI_PER_MICRO);
        vm.assertEq(aicc.balanceOf(address(vault)), vault.liabilitiesMicro() * WEI_PER_MICRO);
    }

    function test_nothingLeavesNoTrace() external {
        vm.recordLogs();
        vm.prank(config.chain);
        vault.burn(LedgerLines.available(outsider), 0);
        vm.assertEq(vm.getRecordedLogs().length, 0);
    }

    /// Anybody may burn what is in its own wallet, which is no concern of the vault.
    function test_aHolderBurnsItsOwnTokensOnly() external {
        uint256 held = aicc.balanceOf(client);
        vm.prank(client);
        aicc.burn(1);
        vm.assertEq(aicc.balanceOf(client), held - 1);
        vm.assertEq(vault.availableMicro(client), FUNDS_MICRO);
        vm.prank(outsider);
        vm.expectRevert();
        aicc.burnFrom(client, 1);
    }
}
