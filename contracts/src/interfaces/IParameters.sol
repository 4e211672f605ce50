// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Parameter} from "../generated/ParameterTable.sol";

/// @notice Every live number of the network. Written by the timelock alone, inside hard bounds, by at most the
/// largest step, not before the cooldown; a write in round r binds from round r+1.
interface IParameters {
    error OnlyTimelock(address caller);
    error OutOfBounds(Parameter parameter, uint256 value, uint256 min, uint256 max);
    error StepTooLarge(Parameter parameter, uint256 from, uint256 to, uint256 largestStep);
    error WrongParameterCount(uint256 count, uint256 need); // of initial values
    error CoolingDown(Parameter parameter, uint256 untilTimestamp);

    event ParameterWritten(Parameter indexed parameter, uint256 value, uint32 fromRound);

    function set(Parameter parameter, uint256 value) external;
    /// @notice The value that binds in `round` (the past within the dispute window, the present, or the next round).
    function at(Parameter parameter, uint32 round) external view returns (uint256);
    /// @notice The value that binds now.
    function current(Parameter parameter) external view returns (uint256);
}
