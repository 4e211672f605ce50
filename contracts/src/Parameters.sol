// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Networked, NetworkConfig} from "./base/Networked.sol";
import {IParameters} from "./interfaces/IParameters.sol";
import {Parameter, ParameterTable, PARAMETER_COUNT} from "./generated/ParameterTable.sol";
import {RoundHistory} from "./libraries/RoundHistory.sol";

/// @notice Every live number of the network: see IParameters.
contract Parameters is IParameters, Networked {
    using RoundHistory for RoundHistory.Series;

    /// @notice Whether a written parameter rests for its cooldown. False on a development chain.
    bool public immutable COOLDOWNS_APPLY;

    mapping(Parameter parameter => RoundHistory.Series) private _values;
    mapping(Parameter parameter => uint256 timestamp) private _writtenAt;

    /// @param values One for each parameter, in the order of the enum; they bind from round 0.
    constructor(NetworkConfig memory config, uint256[] memory values, bool cooldownsApply) Networked(config) {
        require(values.length == PARAMETER_COUNT, WrongParameterCount(values.length, PARAMETER_COUNT));
        COOLDOWNS_APPLY = cooldownsApply;
        for (uint256 i = 0; i < PARAMETER_COUNT; ++i) {
            Parameter parameter = Parameter(i);
            _requireInBounds(parameter, values[i], ParameterTable.bounds(parameter));
            _write(parameter, values[i], 0);
        }
    }

    /// @inheritdoc IParameters
    function set(Parameter parameter, uint256 value) external {
        require(msg.sender == TIMELOCK, OnlyTimelock(msg.sender));
        ParameterTable.Bounds memory bounds = ParameterTable.bounds(parameter);
        _requireInBounds(parameter, value, bounds);

        // From the last written value, bound or not, so that two writes in one round cannot add up unseen.
        uint256 last = _values[parameter].newest();
        uint256 step = value > last ? value - last : last - value;
        require(step <= bounds.largestStep, StepTooLarge(parameter, last, value, bounds.largestStep));

        uint256 writtenAt = _writtenAt[parameter];
        if (COOLDOWNS_APPLY && writtenAt != 0) {
            uint256 until = writtenAt + bounds.cooldownSec;
            require(block.timestamp >= until, CoolingDown(parameter, until));
        }
        _writtenAt[parameter] = block.timestamp;
        _write(parameter, value, _round() + 1);
    }

    /// @inheritdoc IParameters
    function at(Parameter parameter, uint32 round) external view returns (uint256) {
        return _values[parameter].at(round);
    }

    /// @inheritdoc IParameters
    function current(Parameter parameter) external view returns (uint256) {
        return _values[parameter].at(_round());
    }

    function _write(Parameter parameter, uint256 value, uint32 fromRound) private {
        _values[parameter].write(uint224(value), fromRound);
        emit ParameterWritten(parameter, value, fromRound);
    }

    function _requireInBounds(Parameter parameter, uint256 value, ParameterTable.Bounds memory bounds)
        private
        pure
    {
        require(
            value >= bounds.min && value <= bounds.max, OutOfBounds(parameter, value, bounds.min, bounds.max)
        );
    }
}
