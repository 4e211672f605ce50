// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ITruthfulReporting} from "../../src/interfaces/ITruthfulReporting.sol";
import {Codes} from "../../src/libraries/Codes.sol";
import {NodeRecords} from "../../src/types/NodeRecordLib.sol";
import {Claims, NodeRecord} from "../../src/types/Types.sol";
import {FullNetwork} from "./FullNetwork.sol";
import {vm} from "./Vm.sol";

/// @notice The whole network with five staked auditors, and an audit as one call.
abstract contract ReportingFixture is FullNetwork {
    using NodeRecords for NodeRecord;

    uint32 internal constant COMMIT_ROUNDS = EPOCH_ROUNDS * 2 / 3;
    uint256 internal constant AUDITOR_STAKE = 200 * ONE;
    bytes32 internal constant SALT = keccak256("salt");

    address[5] internal auditors;

    function setUp() public virtual override {
        super.setUp();
        for (uint256 i = 0; i < auditors.length; ++i) {
            auditors[i] = _actor(string.concat("auditor ", vm.toString(i)));
            _fund(auditors[i]);
            _registerAuditor(auditors[i]);
        }
        _toNextEpoch();
    }

    // Time -----------------------------------------------------------------------------------------------------

    function _toNextEpoch() internal {
        _toRound((reporting.currentEpoch() + 1) * EPOCH_ROUNDS);
    }

    function _toRevealPhase() internal {
        _toRound(reporting.currentEpoch() * EPOCH_ROUNDS + COMMIT_ROUNDS);
    }

    // Auditors -------------------------------------------------------------------------------------------------

    function _registerAuditor(address auditor) internal {
        vm.prank(auditor);
        reporting.registerAuditor();
    }

    function _commitment(address auditor, uint32 epoch, ITruthfulReporting.Measurement[] memory seen)
        internal
        view
        returns (bytes32)
    {
        return keccak256(abi.encode(block.chainid, address(reporting), auditor, epoch, seen, SALT));
    }

    function _commit(address auditor, ITruthfulReporting.Measurement[] memory seen) internal {
        uint32 epoch = reporting.currentEpoch();
        vm.prank(auditor);
        reporting.commitMeasurements(epoch, _commitment(auditor, epoch, seen));
    }

    function _reveal(address auditor, ITruthfulReporting.Measurement[] memory seen) internal {
        uint32 epoch = reporting.currentEpoch();
        vm.prank(auditor);
        reporting.revealMeasurements(epoch, seen, SALT);
    }

    /// @dev Commit and reveal within this epoch; seen[i] is what auditor i saw of one node. Ends in the next epoch.
    function _measure(ITruthfulReporting.Measurement[] memory seen) internal returns (uint32 epoch) {
        epoch = reporting.currentEpoch();
        for (uint256 i = 0; i < seen.length; ++i) {
            _commit(auditors[i], _only(seen[i]));
        }
        _toRevealPhase();
        for (uint256 i = 0; i < seen.length; ++i) {
            _reveal(auditors[i], _only(seen[i]));
        }
        _toNextEpoch();
    }

    function _close(uint32 node, uint32 epoch) internal {
        uint32[] memory list = new uint32[](1);
        list[0] = node;
        reporting.closeAudits(epoch, list);
    }

    /// @dev One whole audit in which `count` auditors saw the same.
    function _audit(ITruthfulReporting.Measurement memory seen, uint256 count) internal {
        ITruthfulReporting.Measurement[] memory all = new ITruthfulReporting.Measurement[](count);
        for (uint256 i = 0; i < count; ++i) {
            all[i] = seen;
        }
        _close(seen.node, _measure(all));
    }

    // Measurements ---------------------------------------------------------------------------------------------

    /// @dev Exactly what the node claims.
    function _asClaimed(uint32 node) internal view returns (ITruthfulReporting.Measurement memory seen) {
        Claims memory claims = nodes.claimsOf(node);
        seen.node = node;
        seen.answered = true;
        seen.latencyUs = uint32(Codes.decode(claims.latencyCode));
        seen.bandwidthMbps = uint32(Codes.decode(claims.bandwidthCode));
        seen.computeMflops =
            uint64(Codes.decode(claims.computeCode) << nodes.gpuClass(claims.classId).computeShift);
    }

    function _unanswered(uint32 node) internal pure returns (ITruthfulReporting.Measurement memory seen) {
        seen.node = node;
    }

    function _only(ITruthfulReporting.Measurement memory seen)
        internal
        pure
        returns (ITruthfulReporting.Measurement[] memory list)
    {
        list = new ITruthfulReporting.Measurement[](1);
        list[0] = seen;
    }

    // What is looked at ----------------------------------------------------------------------------------------

    function _trust(uint32 node) internal view returns (uint256) {
        return reporting.trustOf(node);
    }

    function _has(uint32 node, uint8 flag) internal view returns (bool) {
        return _nextRecord(node).flags() & flag != 0;
    }
}
