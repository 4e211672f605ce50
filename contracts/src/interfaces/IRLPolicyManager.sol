// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @notice Registered policies: contracts of pure arithmetic whose EXTCODEHASH is what governance votes on.
/// Policy id 0 is "price alone": no contract, penalty 0.
interface IRLPolicyManager {
    error OnlyTimelock(address caller);
    error UnknownPolicy(uint32 policy);
    error ForbiddenOpcode(uint8 opcode, uint256 offset);
    error BadWeights(string what, uint256 value);
    /// @notice The code and the published weights give different outputs on check vector `index`.
    error CodeDoesNotMatchWeights(uint256 index, uint256 code, uint256 weights);
    error PriorityRaisesPenalty(uint256 index, uint256 before, uint256 afterwards);
    error BindsTooEarly(uint32 fromRound, uint32 earliest);
    error AlreadyRegistered(bytes32 codeHash, uint32 policy);
    /// @notice Nothing, or more than a contract may hold.
    error BadCodeSize(uint256 size);
    /// @notice The policy call could not be given the whole of policyGasCap.
    error NotEnoughGas(uint256 have, uint256 need);

    event PolicyRegistered(
        uint32 indexed policy,
        address indexed registrant,
        address code,
        bytes32 indexed codeHash,
        uint8 hidden,
        bytes weights
    );
    event PolicyActivated(uint32 indexed policy, bytes32 codeHash, uint32 fromRound);

    /// @notice Deploys `runtimeCode`, scans its opcodes, replays check vectors derived from code and weights against the
    /// integer network of `weights` (layout: PROTOCOL.md), and checks on them that priority never raises the penalty.
    function register(bytes calldata runtimeCode, bytes calldata weights) external returns (uint32 policy);
    /// @notice Timelock only. fromRound is at least the next round; 0 means the next round. An earlier activation that
    /// does not bind yet is replaced: the last vote counts.
    function activate(uint32 policy, uint32 fromRound) external;
    function policyAt(uint32 round) external view returns (uint32 policy, address code);
    function policyCount() external view returns (uint32);
    function codeOf(uint32 policy) external view returns (address);
    function idOf(bytes32 codeHash) external view returns (uint32);
    /// @notice The penalty of packed features (24 big-endian int16, 48 bytes) under the policy that binds in `round`.
    /// A revert, or more gas than policyGasCap, counts as the largest penalty.
    function penaltyAt(uint32 round, bytes calldata features) external view returns (uint16);
}
