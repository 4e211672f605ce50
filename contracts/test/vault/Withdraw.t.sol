// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IDualTokenSystem} from "../../src/interfaces/IDualTokenSystem.sol";
import {LedgerLines} from "../../src/types/LedgerLines.sol";
import {MAX_MICRO, WEI_PER_MICRO} from "../../src/types/Types.sol";
import {NetworkFixture} from "../base/NetworkFixture.sol";
import {vm, bound} from "../base/Vm.sol";

contract WithdrawTest is NetworkFixture {
    function test_refusesMoreThanIsAvailable() external {
        vm.prank(client);
        vm.expectRevert(
            abi.encodeWithSelector(
                IDualTokenSystem.InsufficientFunds.selector,
                LedgerLines.available(client),
                FUNDS_MICRO,
                FUNDS_MICRO + 1
            )
        );
        vault.withdraw(FUNDS_MICRO + 1);
    }

    function test_refusesMoreThanMoneyHolds() external {
        vm.prank(client);
        vm.expectRevert(abi.encodeWithSelector(IDualTokenSystem.AmountTooLarge.selector, MAX_MICRO + 1));
        vault.withdraw(MAX_MICRO + 1);
    }

    function test_refusesWhatIsLockedAsStake() external {
        _register(1);
        uint256 stakeMicro = nodes.stakeMicroOf(1);
        vm.prank(operator);
        vm.expectRevert(
            abi.encodeWithSelector(
                IDualTokenSystem.InsufficientFunds.selector,
                LedgerLines.available(operator),
                FUNDS_MICRO - stakeMicro,
                FUNDS_MICRO
            )
        );
        vault.withdraw(FUNDS_MICRO);
    }

    function testFuzz_paysOutTokens(uint256 amountMicro) external {
        amountMicro = bound(amountMicro, 0, FUNDS_MICRO);
        uint256 liabilities = vault.liabilitiesMicro();
        vm.expectEmit(address(vault));
        emit IDualTokenSystem.Withdrawn(client, amountMicro);
        vm.prank(client);
        vault.withdraw(amountMicro);
        vm.assertEq(vault.availableMicro(client), FUNDS_MICRO - amountMicro);
        vm.assertEq(vault.liabilitiesMicro(), liabilities - amountMicro);
        vm.assertEq(aicc.balanceOf(client), (FUNDS_MICRO + amountMicro) * WEI_PER_MICRO);
    }
}
