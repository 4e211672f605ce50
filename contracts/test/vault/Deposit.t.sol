// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {AICC} from "../../src/AICC.sol";
import {IDualTokenSystem} from "../../src/interfaces/IDualTokenSystem.sol";
import {MAX_MICRO, WEI_PER_MICRO} from "../../src/types/Types.sol";
import {NetworkFixture} from "../base/NetworkFixture.sol";
import {vm, bound} from "../base/Vm.sol";

contract DepositTest is NetworkFixture {
    uint256 private constant HOLDER_KEY = 0xA11CE;
    address private holder = vm.addr(HOLDER_KEY);

    // Refusals

    function test_refusesMoreThanMoneyHolds() external {
        vm.prank(client);
        vm.expectRevert(abi.encodeWithSelector(IDualTokenSystem.AmountTooLarge.selector, MAX_MICRO + 1));
        vault.deposit(MAX_MICRO + 1);
    }

    /// Nor may the sum of all lines: then no line can.
    function test_refusesASumThatMoneyDoesNotHold() external {
        uint256 sum = MAX_MICRO + vault.liabilitiesMicro();
        vm.prank(client);
        vm.expectRevert(abi.encodeWithSelector(IDualTokenSystem.AmountTooLarge.selector, sum));
        vault.deposit(MAX_MICRO);
    }

    function test_refusesASenderWhoDidNotApprove() external {
        vm.prank(outsider);
        vm.expectRevert(
            abi.encodeWithSelector(
                IERC20Errors.ERC20InsufficientAllowance.selector, address(vault), 0, WEI_PER_MICRO
            )
        );
        vault.deposit(1);
    }

    function test_refusesAPermitOfSomebodyElse() external {
        (uint8 v, bytes32 r, bytes32 s) = _permit(1, ONE, type(uint256).max);
        vm.prank(holder);
        vm.expectRevert(
            abi.encodeWithSelector(
                IERC20Errors.ERC20InsufficientAllowance.selector, address(vault), 0, ONE * WEI_PER_MICRO
            )
        );
        vault.depositWithPermit(ONE, type(uint256).max, v, r, s);
    }

    function test_refusesALargerSupplyThanMoneyHolds() external {
        uint256 most = aicc.MAX_SUPPLY_WEI();
        vm.expectRevert(abi.encodeWithSelector(AICC.SupplyTooLarge.selector, most + 1, most));
        new AICC(most + 1);
    }

    // What it does

    function testFuzz_movesTheTokensIntoTheAvailableLine(uint256 amountMicro) external {
        amountMicro = bound(amountMicro, 0, FUNDS_MICRO);
        uint256 held = aicc.balanceOf(address(vault));
        uint256 liabilities = vault.liabilitiesMicro();
        vm.expectEmit(address(vault));
        emit IDualTokenSystem.Deposited(client, amountMicro);
        vm.prank(client);
        vault.deposit(amountMicro);
        vm.assertEq(vault.availableMicro(client), FUNDS_MICRO + amountMicro);
        vm.assertEq(vault.liabilitiesMicro(), liabilities + amountMicro);
        vm.assertEq(aicc.balanceOf(address(vault)), held + amountMicro * WEI_PER_MICRO);
    }

    function test_depositsForSomebodyElse() external {
        vm.prank(client);
        vault.depositFor(outsider, ONE);
        vm.assertEq(vault.availableMicro(outsider), ONE);
        vm.assertEq(vault.availableMicro(client), FUNDS_MICRO);
    }

    function test_depositsWithAPermitInOneTransaction() external {
        _give();
        (uint8 v, bytes32 r, bytes32 s) = _permit(HOLDER_KEY, ONE, type(uint256).max);
        vm.prank(holder);
        vault.depositWithPermit(ONE, type(uint256).max, v, r, s);
        vm.assertEq(vault.availableMicro(holder), ONE);
    }

    /// Whoever sees the permit and sends it first stops nothing.
    function test_depositsWithAPermitThatWasAlreadySent() external {
        _give();
        (uint8 v, bytes32 r, bytes32 s) = _permit(HOLDER_KEY, ONE, type(uint256).max);
        vm.prank(outsider);
        aicc.permit(holder, address(vault), ONE * WEI_PER_MICRO, type(uint256).max, v, r, s);
        vm.prank(holder);
        vault.depositWithPermit(ONE, type(uint256).max, v, r, s);
        vm.assertEq(vault.availableMicro(holder), ONE);
    }

    function _give() private {
        vm.prank(client);
        aicc.transfer(holder, ONE * WEI_PER_MICRO);
    }

    function _permit(uint256 key, uint256 amountMicro, uint256 deadline)
        private
        view
        returns (uint8, bytes32, bytes32)
    {
        bytes32 permit = keccak256(
            abi.encode(
                keccak256(
                    "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"
                ),
                holder,
                address(vault),
                amountMicro * WEI_PER_MICRO,
                aicc.nonces(holder),
                deadline
            )
        );
        return vm.sign(key, keccak256(abi.encodePacked(hex"1901", aicc.DOMAIN_SEPARATOR(), permit)));
    }
}
