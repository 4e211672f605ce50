// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IDualTokenSystem} from "../../src/interfaces/IDualTokenSystem.sol";
import {LedgerLine, WEI_PER_MICRO} from "../../src/types/Types.sol";
import {LedgerLines} from "../../src/types/LedgerLines.sol";
import {NetworkFixture} from "../base/NetworkFixture.sol";
import {bound, vm} from "../base/Vm.sol";

contract BurnTest is NetworkFixture {
    LedgerLine private immutable BURNED = LedgerLines.burned();

    // Refusals

    /// What is to be burned comes back to nobody.
    function test_refusesToMoveWhatIsToBeBurned() external {
        _toBeBurned(1);
        address[7] memory callers = [
            config.nodes,
            config.workloads,
            config.chain,
            config.reporting,
            config.policies,
            config.timelock,
            client
        ];
        for (uint256 i = 0; i < callers.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IDualTokenSystem.NotYourLine.selector, callers[i], BURNED));
            vm.prank(callers[i]);
            vault.move(BURNED, LedgerLines.available(client), 1);
        }
    }

    // What it does

    /// @dev Invariant 2: the vault's AICC and what it owes shrink together, and the supply with them; until then the vault
    /// holds what is to be burned like any other line.
    function testFuzz_02_isGoneForEver(uint256 amountMicro) external {
        amountMicro = bound(amountMicro, 1, FUNDS_MICRO);
        uint256 supply = aicc.totalSupply();
        uint256 liabilities = vault.liabilitiesMicro();
        _toBeBurned(amountMicro);
        vm.assertEq(vault.availableMicro(client), FUNDS_MICRO - amountMicro);
        vm.assertEq(vault.liabilitiesMicro(), liabilities);
        vm.assertEq(aicc.totalSupply(), supply);

        vm.expectEmit(address(vault));
        emit IDualTokenSystem.Burned(amountMicro);
        vm.expectEmit(address(aicc));
        emit IERC20.Transfer(address(vault), address(0), amountMicro * WEI_PER_MICRO);
        vm.prank(outsider);
        vault.burnAll();
        vm.assertEq(vault.balanceMicro(BURNED), 0);
        vm.assertEq(vault.liabilitiesMicro(), liabilities - amountMicro);
        vm.assertEq(aicc.totalSupply(), supply - amountMicro * WEI_PER_MICRO);
        vm.assertEq(aicc.balanceOf(address(vault)), vault.liabilitiesMicro() * WEI_PER_MICRO);
    }

    function test_nothingLeavesNoTrace() external {
        vm.recordLogs();
        vault.burnAll();
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

    function _toBeBurned(uint256 amountMicro) private {
        vm.prank(config.chain);
        vault.move(LedgerLines.available(client), BURNED, amountMicro);
    }
}
