// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Networked, NetworkConfig} from "./base/Networked.sol";
import {Parameter} from "./generated/ParameterTable.sol";
import {IRLPolicyManager} from "./interfaces/IRLPolicyManager.sol";
import {IntegerNetwork} from "./libraries/IntegerNetwork.sol";
import {PolicyCode} from "./libraries/PolicyCode.sol";
import {RoundHistory} from "./libraries/RoundHistory.sol";

/// @title RLPolicyManager
/// @notice Admits policies to the network and remembers which one binds in which round.
contract RLPolicyManager is IRLPolicyManager, Networked {
    using RoundHistory for RoundHistory.Series;

    /// @dev The last activation. Until it binds, a later vote may replace it; after, it is history.
    struct Activation {
        uint32 policy;
        uint32 fromRound;
    }

    uint256 private constant LARGEST_PENALTY = type(uint16).max;
    uint256 private constant CALL_OVERHEAD = 3_000; // a cold account, and what leads up to the call
    uint256 private constant MATCH_VECTORS = 8;
    uint256 private constant PRIORITY_VECTORS = 32;
    /// @dev 16 int16 lanes of 1023: check vectors hold what features hold, and a little more.
    uint256 private constant LANES_BELOW_1024 =
        0x03ff03ff03ff03ff03ff03ff03ff03ff03ff03ff03ff03ff03ff03ff03ff03ff;
    uint256 private constant PRIORITY_SHIFT = 192; // feature 3, in the first word of the packed features

    uint32 public policyCount;
    Activation private _latest;
    RoundHistory.Series private _bound; // what bound before _latest
    mapping(uint32 policy => address) private _codes;
    /// @inheritdoc IRLPolicyManager
    mapping(bytes32 codeHash => uint32) public idOf;

    constructor(NetworkConfig memory config) Networked(config) {}

    // Admission ------------------------------------------------------------------------------------------------

    /// @inheritdoc IRLPolicyManager
    function register(bytes calldata runtimeCode, bytes calldata weights) external returns (uint32 policy) {
        uint256 size = runtimeCode.length;
        require(size != 0 && size <= PolicyCode.MAX_SIZE, BadCodeSize(size));
        bytes32 codeHash = keccak256(runtimeCode);
        require(idOf[codeHash] == 0, AlreadyRegistered(codeHash, idOf[codeHash]));
        bytes memory code = runtimeCode;
        PolicyCode.requireAllowed(code);
        bytes memory network = weights;
        uint8 hidden = IntegerNetwork.check(network);

        address deployed = PolicyCode.deploy(code);
        require(deployed != address(0), BadCodeSize(size));
        bytes32 seed = keccak256(abi.encode(codeHash, keccak256(network)));
        _requireCodeIsNetwork(deployed, seed, network);
        _requirePriorityNeverHurts(deployed, seed);

        policy = ++policyCount;
        _codes[policy] = deployed;
        idOf[codeHash] = policy;
        emit PolicyRegistered(policy, msg.sender, deployed, codeHash, hidden, weights);
    }

    // Governance -----------------------------------------------------------------------------------------------

    /// @inheritdoc IRLPolicyManager
    function activate(uint32 policy, uint32 fromRound) external {
        require(msg.sender == TIMELOCK, OnlyTimelock(msg.sender));
        require(policy <= policyCount, UnknownPolicy(policy));
        uint32 round = _round();
        if (fromRound == 0) fromRound = round + 1;
        require(fromRound > round, BindsTooEarly(fromRound, round + 1));
        Activation memory latest = _latest;
        if (latest.fromRound <= round) _bound.write(latest.policy, latest.fromRound);
        _latest = Activation(policy, fromRound);
        emit PolicyActivated(policy, policy == 0 ? bytes32(0) : _codes[policy].codehash, fromRound);
    }

    // Views ----------------------------------------------------------------------------------------------------

    /// @inheritdoc IRLPolicyManager
    function policyAt(uint32 round) public view returns (uint32 policy, address code) {
        Activation memory latest = _latest;
        policy = round >= latest.fromRound ? latest.policy : uint32(_bound.at(round));
        code = _codes[policy];
    }

    /// @inheritdoc IRLPolicyManager
    function codeOf(uint32 policy) external view returns (address) {
        require(policy <= policyCount, UnknownPolicy(policy));
        return _codes[policy];
    }

    /// @inheritdoc IRLPolicyManager
    function penaltyAt(uint32 round, bytes calldata features) external view returns (uint16) {
        (, address code) = policyAt(round);
        if (code == address(0)) return 0;
        return uint16(_penalty(code, features, PARAMETERS.at(Parameter.policyGasCap, round)));
    }

    // ----------------------------------------------------------------------------------------------------------

    function _requireCodeIsNetwork(address code, bytes32 seed, bytes memory network) private view {
        uint256 gasCap = PARAMETERS.current(Parameter.policyGasCap);
        for (uint256 i = 0; i < MATCH_VECTORS; ++i) {
            (uint256 first, uint256 second) = _checkVector(seed, i);
            bytes memory features = abi.encodePacked(first, bytes16(bytes32(second)));
            uint256 byCode = _penalty(code, features, gasCap);
            uint256 byWeights = IntegerNetwork.evaluate(network, features);
            require(byCode == byWeights, CodeDoesNotMatchWeights(i, byCode, byWeights));
        }
    }

    function _requirePriorityNeverHurts(address code, bytes32 seed) private view {
        uint256 gasCap = PARAMETERS.current(Parameter.policyGasCap);
        uint8[4] memory priorities = [0, 64, 128, 255];
        for (uint256 i = 0; i < PRIORITY_VECTORS; ++i) {
            (uint256 first, uint256 second) = _checkVector(seed, i);
            first &= ~(uint256(type(uint16).max) << PRIORITY_SHIFT);
            uint256 before = LARGEST_PENALTY;
            for (uint256 p = 0; p < priorities.length; ++p) {
                uint256 withPriority = first | (uint256(priorities[p]) << PRIORITY_SHIFT);
                bytes memory features = abi.encodePacked(withPriority, bytes16(bytes32(second)));
                uint256 afterwards = _penalty(code, features, gasCap);
                require(afterwards <= before, PriorityRaisesPenalty(i, before, afterwards));
                before = afterwards;
            }
        }
    }

    /// @dev 24 packed features in 0..1023: 16 in the first word, 8 in the upper half of the second. The seed is of code and
    /// weights: nobody can fit the one to the other on vectors that are known before.
    function _checkVector(bytes32 seed, uint256 i) private pure returns (uint256 first, uint256 second) {
        first = uint256(keccak256(abi.encode(seed, i, uint256(0)))) & LANES_BELOW_1024;
        second = uint256(keccak256(abi.encode(seed, i, uint256(1)))) & LANES_BELOW_1024;
    }

    /// @dev What is not one word in 0..65535, within the gas cap, counts as the largest penalty. A caller cannot bring
    /// that about by giving too little gas: a call that could not hand over the whole cap is refused.
    function _penalty(address code, bytes memory features, uint256 gasCap)
        private
        view
        returns (uint256 penalty)
    {
        uint256 need = gasCap * 64 / 63 + CALL_OVERHEAD;
        require(gasleft() >= need, NotEnoughGas(gasleft(), need));
        bool answered;
        assembly ("memory-safe") {
            answered := staticcall(gasCap, code, add(features, 32), mload(features), 0, 32)
            answered := and(answered, eq(returndatasize(), 32))
            penalty := mload(0)
        }
        if (!answered || penalty > LARGEST_PENALTY) return LARGEST_PENALTY;
    }
}
