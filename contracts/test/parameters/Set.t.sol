// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Parameters} from "../../src/Parameters.sol";
import {IParameters} from "../../src/interfaces/IParameters.sol";
import {Parameter, ParameterTable, PARAMETER_COUNT} from "../../src/generated/ParameterTable.sol";
import {NetworkFixture} from "../base/NetworkFixture.sol";
import {Vm, vm, bound} from "../base/Vm.sol";

contract SetTest is NetworkFixture {
    function _cooldownsApply() internal pure override returns (bool) {
        return true;
    }

    // Refusals

    /// 18. Only the timelock changes a parameter.
    function testFuzz_invariant_18_refusesAnybodyButTheTimelock(address caller, uint256 index, uint256 value)
        external
    {
        vm.assume(caller != config.timelock);
        vm.prank(caller);
        vm.expectRevert(abi.encodeWithSelector(IParameters.OnlyTimelock.selector, caller));
        parameters.set(_parameter(index), value);
    }

    function testFuzz_refusesAValueOutOfBounds(uint256 index, uint256 value) external {
        Parameter parameter = _parameter(index);
        ParameterTable.Bounds memory bounds = ParameterTable.bounds(parameter);
        vm.assume(value < bounds.min || value > bounds.max);
        vm.prank(config.timelock);
        vm.expectRevert(
            abi.encodeWithSelector(IParameters.OutOfBounds.selector, parameter, value, bounds.min, bounds.max)
        );
        parameters.set(parameter, value);
    }

    function testFuzz_refusesTooLargeAStep(uint256 index, uint256 value) external {
        Parameter parameter = _parameter(index);
        ParameterTable.Bounds memory bounds = ParameterTable.bounds(parameter);
        uint256 from = parameters.current(parameter);
        value = bound(value, bounds.min, bounds.max);
        vm.assume((value > from ? value - from : from - value) > bounds.largestStep);
        vm.prank(config.timelock);
        vm.expectRevert(
            abi.encodeWithSelector(
                IParameters.StepTooLarge.selector, parameter, from, value, bounds.largestStep
            )
        );
        parameters.set(parameter, value);
    }

    function testFuzz_refusesASecondWriteBeforeTheCooldown(uint256 index, uint256 wait) external {
        Parameter parameter = _parameter(index);
        uint256 cooldownSec = ParameterTable.bounds(parameter).cooldownSec;
        uint256 until = block.timestamp + cooldownSec;
        uint256 value = parameters.current(parameter);
        vm.startPrank(config.timelock);
        parameters.set(parameter, value);
        vm.warp(block.timestamp + bound(wait, 0, cooldownSec - 1));
        vm.expectRevert(abi.encodeWithSelector(IParameters.CoolingDown.selector, parameter, until));
        parameters.set(parameter, value);
        vm.warp(until);
        parameters.set(parameter, value);
    }

    function test_refusesInitialValuesOutOfBounds() external {
        uint256[] memory values = ParameterTable.devDefaults();
        values[uint256(Parameter.trustGainDivisor)] = 0;
        vm.expectRevert(
            abi.encodeWithSelector(IParameters.OutOfBounds.selector, Parameter.trustGainDivisor, 0, 1, 256)
        );
        new Parameters(config, values, true);
    }

    function test_refusesTooFewInitialValues() external {
        vm.expectRevert(abi.encodeWithSelector(IParameters.WrongParameterCount.selector, 1, PARAMETER_COUNT));
        new Parameters(config, new uint256[](1), true);
    }

    // What it does

    function test_initialValuesBindFromRoundZeroAndAreSaid() external {
        vm.recordLogs();
        Parameters fresh = new Parameters(config, ParameterTable.publicDefaults(), true);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        vm.assertEq(logs.length, PARAMETER_COUNT);
        for (uint256 i = 0; i < PARAMETER_COUNT; ++i) {
            uint256 value = ParameterTable.publicDefaults()[i];
            vm.assertEq(fresh.at(Parameter(i), 0), value);
            vm.assertEq(fresh.current(Parameter(i)), value);
            vm.assertEq(logs[i].topics[0], IParameters.ParameterWritten.selector);
            vm.assertEq(uint256(logs[i].topics[1]), i);
            vm.assertEq(logs[i].data, abi.encode(value, uint32(0)));
        }
    }

    function testFuzz_bindsFromTheNextRound(uint256 index, uint256 value) external {
        Parameter parameter = _parameter(index);
        uint256 before = parameters.current(parameter);
        value = _within(parameter, value);
        vm.expectEmit(address(parameters));
        emit IParameters.ParameterWritten(parameter, value, _round() + 1);
        vm.prank(config.timelock);
        parameters.set(parameter, value);
        vm.assertEq(parameters.current(parameter), before);
        _skipRounds(1);
        vm.assertEq(parameters.current(parameter), value);
        vm.assertEq(parameters.at(parameter, _round() - 1), before);
    }

    /// Two writes of one round would add up to two steps, were the second measured from what binds.
    function test_withoutCooldownsAStepIsStillFromTheLastWrite() external {
        Parameters quick = new Parameters(config, ParameterTable.devDefaults(), false);
        vm.startPrank(config.timelock);
        quick.set(Parameter.discrepancyFactor, 6);
        vm.expectRevert(
            abi.encodeWithSelector(IParameters.StepTooLarge.selector, Parameter.discrepancyFactor, 6, 3, 2)
        );
        quick.set(Parameter.discrepancyFactor, 3);
        quick.set(Parameter.discrepancyFactor, 4);
    }

    // Steps

    function _parameter(uint256 index) private pure returns (Parameter) {
        return Parameter(bound(index, 0, PARAMETER_COUNT - 1));
    }

    /// @dev A value that one write may set.
    function _within(Parameter parameter, uint256 value) private view returns (uint256) {
        ParameterTable.Bounds memory bounds = ParameterTable.bounds(parameter);
        uint256 from = parameters.current(parameter);
        uint256 low = from > bounds.min + bounds.largestStep ? from - bounds.largestStep : bounds.min;
        uint256 high = from + bounds.largestStep < bounds.max ? from + bounds.largestStep : bounds.max;
        return bound(value, low, high);
    }
}
