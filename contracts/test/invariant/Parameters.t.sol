// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Parameters} from "../../src/Parameters.sol";
import {Parameter, ParameterTable, PARAMETER_COUNT} from "../../src/generated/ParameterTable.sol";
import {NetworkFixture} from "../base/NetworkFixture.sol";
import {vm, bound} from "../base/Vm.sol";

/// @notice Everybody tries to set parameters; what the timelock managed to set is written down.
contract ParametersHandler {
    Parameters private immutable parameters;
    address private immutable timelock;
    mapping(Parameter parameter => uint256) public last;
    mapping(Parameter parameter => uint256) public writtenAt;
    uint256 public writesOfOthers;
    uint256 public jumps;
    uint256 public writesTooEarly;

    constructor(Parameters parameters_, address timelock_) {
        parameters = parameters_;
        timelock = timelock_;
        for (uint256 i = 0; i < PARAMETER_COUNT; ++i) {
            last[Parameter(i)] = parameters_.current(Parameter(i));
        }
    }

    function pass(uint256 time) external {
        vm.warp(block.timestamp + bound(time, 1, 100_000));
    }

    function setAsTimelock(uint256 index, uint256 value) external {
        Parameter parameter = Parameter(bound(index, 0, PARAMETER_COUNT - 1));
        ParameterTable.Bounds memory bounds = ParameterTable.bounds(parameter);
        value = bound(value, bounds.min, bounds.max + 1);
        vm.prank(timelock);
        parameters.set(parameter, value);
        uint256 step = value > last[parameter] ? value - last[parameter] : last[parameter] - value;
        if (step > bounds.largestStep) ++jumps;
        if (writtenAt[parameter] != 0 && block.timestamp < writtenAt[parameter] + bounds.cooldownSec) {
            ++writesTooEarly;
        }
        last[parameter] = value;
        writtenAt[parameter] = block.timestamp;
    }

    function setAsAnybody(address caller, uint256 index, uint256 value) external {
        if (caller == timelock) return;
        vm.prank(caller);
        parameters.set(Parameter(bound(index, 0, PARAMETER_COUNT - 1)), value);
        ++writesOfOthers;
    }
}

/// What went wrong once stays written down, and each write is compared with the last one, so the runner looks at every
/// sixteenth call.
/// forge-config: default.invariant.check-interval = 16
/// forge-config: default.invariant.dictionary-weight = 0
/// forge-config: default.invariant.include-storage = false
contract ParametersInvariants is NetworkFixture {
    ParametersHandler private handler;

    function _cooldownsApply() internal pure override returns (bool) {
        return true;
    }

    function setUp() public override {
        super.setUp();
        handler = new ParametersHandler(parameters, config.timelock);
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function invariant_18_onlyTimelockChangesAParameter() external view {
        vm.assertEq(handler.writesOfOthers(), 0);
        vm.assertEq(handler.jumps(), 0);
        vm.assertEq(handler.writesTooEarly(), 0);
        for (uint256 i = 0; i < PARAMETER_COUNT; ++i) {
            Parameter parameter = Parameter(i);
            ParameterTable.Bounds memory bounds = ParameterTable.bounds(parameter);
            uint256 value = parameters.at(parameter, _round() + 1);
            vm.assertEq(value, handler.last(parameter));
            vm.assertGe(value, bounds.min);
            vm.assertLe(value, bounds.max);
        }
    }
}
