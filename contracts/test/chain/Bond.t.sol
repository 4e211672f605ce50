// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IAICChain} from "../../src/interfaces/IAICChain.sol";
import {IDualTokenSystem} from "../../src/interfaces/IDualTokenSystem.sol";
import {Parameter} from "../../src/generated/ParameterTable.sol";
import {LedgerLines} from "../../src/types/LedgerLines.sol";
import {Entry} from "../../src/types/Types.sol";
import {FullNetwork} from "../base/FullNetwork.sol";
import {vm} from "../base/Vm.sol";

contract BondTest is FullNetwork {
    // Refusals

    function test_refusesToBondMoreThanIsAvailable() external {
        vm.expectRevert(
            abi.encodeWithSelector(
                IDualTokenSystem.InsufficientFunds.selector, LedgerLines.available(outsider), 0, 1
            )
        );
        vm.prank(outsider);
        chain.bond(1);
    }

    function test_refusesToUnbondWhileARoundCanBeRefuted() external {
        _post(new Entry[](0));
        uint32 lockedUntil = _round() + 4;
        _skipRounds(4);
        vm.expectRevert(abi.encodeWithSelector(IAICChain.BondLocked.selector, matcher, lockedUntil));
        _unbond(1);
        _skipRounds(1);
        _unbond(1);
    }

    /// A later round under a shorter window does not free the bond of an earlier one.
    function test_aShorterWindowFreesNoBondEarlier() external {
        _toRound(20);
        _post(new Entry[](0));
        vm.prank(address(timelock));
        parameters.set(Parameter.challengeWindowRounds, 1);
        _skipRounds(1);
        _post(new Entry[](0));
        _skipRounds(2);
        vm.expectRevert(abi.encodeWithSelector(IAICChain.BondLocked.selector, matcher, 24));
        _unbond(1);
    }

    function test_refusesToUnbondMoreThanTheBond() external {
        vm.expectRevert(
            abi.encodeWithSelector(
                IDualTokenSystem.InsufficientFunds.selector, LedgerLines.matcherBond(matcher), BOND, BOND + 1
            )
        );
        _unbond(BOND + 1);
    }

    // What it does

    function test_bondAndUnbondMoveBetweenTheMatchersOwnLines() external {
        uint256 available = vault.availableMicro(matcher);
        _unbond(ONE);
        vm.assertEq(vault.availableMicro(matcher), available + ONE);
        vm.assertEq(vault.balanceMicro(LedgerLines.matcherBond(matcher)), BOND - ONE);
        vm.expectEmit(address(chain));
        emit IAICChain.Bonded(matcher, BOND + ONE);
        vm.prank(matcher);
        chain.bond(2 * ONE);
    }

    function _unbond(uint256 amountMicro) private {
        vm.prank(matcher);
        chain.unbond(amountMicro);
    }
}
