// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ITruthfulReporting} from "../../src/interfaces/ITruthfulReporting.sol";
import {ReportingFixture} from "../base/ReportingFixture.sol";
import {vm} from "../base/Vm.sol";

interface ChainIdVm {
    function chainId(uint256 id) external;
}

contract RevealMeasurementsTest is ReportingFixture {
    uint32 private _epoch;
    uint32 private _node;
    address private _auditor;

    function setUp() public override {
        super.setUp();
        _epoch = reporting.currentEpoch();
        _node = _register(4);
        _auditor = auditors[0];
    }

    // Refusals

    function test_refusesBeforeTheLastThird() external {
        ITruthfulReporting.Measurement[] memory seen = _only(_asClaimed(_node));
        _commit(_auditor, seen);
        _expectWrongPhase();
        _revealFor(_epoch, _auditor, seen, SALT);
    }

    function test_refusesAfterTheEpoch() external {
        ITruthfulReporting.Measurement[] memory seen = _only(_asClaimed(_node));
        _commit(_auditor, seen);
        _toNextEpoch();
        _toRevealPhase();
        _expectWrongPhase();
        _revealFor(_epoch, _auditor, seen, SALT);
    }

    function test_refusesWithoutACommitment() external {
        ITruthfulReporting.Measurement[] memory seen = _only(_asClaimed(_node));
        _toRevealPhase();
        _expectMismatch(_auditor, _epoch);
        _revealFor(_epoch, _auditor, seen, SALT);
    }

    function test_refusesASecondReveal() external {
        ITruthfulReporting.Measurement[] memory seen = _only(_asClaimed(_node));
        _commit(_auditor, seen);
        _toRevealPhase();
        _revealFor(_epoch, _auditor, seen, SALT);
        _expectMismatch(_auditor, _epoch);
        _revealFor(_epoch, _auditor, seen, SALT);
    }

    function test_refusesNodesThatDoNotAscend() external {
        ITruthfulReporting.Measurement[] memory seen = new ITruthfulReporting.Measurement[](2);
        seen[0] = _asClaimed(_node);
        seen[1] = _asClaimed(_node);
        _commit(_auditor, seen);
        _toRevealPhase();
        vm.expectRevert(abi.encodeWithSelector(ITruthfulReporting.NodesNotAscending.selector, 1));
        _revealFor(_epoch, _auditor, seen, SALT);
    }

    function test_refusesNode0() external {
        _commit(_auditor, _only(_unanswered(0)));
        _toRevealPhase();
        vm.expectRevert(abi.encodeWithSelector(ITruthfulReporting.NodesNotAscending.selector, 0));
        _revealFor(_epoch, _auditor, _only(_unanswered(0)), SALT);
    }

    // What it does

    function test_tellsEveryone() external {
        ITruthfulReporting.Measurement[] memory seen = _only(_asClaimed(_node));
        _commit(_auditor, seen);
        _toRevealPhase();
        vm.expectEmit(address(reporting));
        emit ITruthfulReporting.MeasurementsRevealed(_auditor, _epoch, seen);
        _reveal(_auditor, seen);
    }

    function test_isOpenToAnAuditorWhoIsLeaving() external {
        _commit(_auditor, _only(_asClaimed(_node)));
        vm.prank(_auditor);
        reporting.requestExit();
        _toRevealPhase();
        _reveal(_auditor, _only(_asClaimed(_node)));
    }

    /// A commitment opens to one thing, by one auditor, in one epoch, on one contract of one chain.
    function testFuzz_14_noReplay(ITruthfulReporting.Measurement memory seen, bytes32 salt, uint256 bit)
        external
    {
        seen.node = seen.node == 0 ? 1 : seen.node;
        ITruthfulReporting.Measurement[] memory list = _only(seen);
        bytes32 commitment =
            keccak256(abi.encode(block.chainid, address(reporting), _auditor, _epoch, list, salt));
        _commitHash(_auditor, _epoch, commitment);
        _commitHash(auditors[1], _epoch, commitment); // a copy, which its copier cannot open
        _toRevealPhase();

        _expectMismatch(auditors[1], _epoch);
        _revealFor(_epoch, auditors[1], list, salt);
        _expectMismatch(_auditor, _epoch);
        _revealFor(_epoch, _auditor, list, salt ^ bytes32(1 << bit % 256));
        _refusesAnythingElse(seen, salt);

        uint256 here = block.chainid;
        ChainIdVm(address(vm)).chainId(here + 1);
        _expectMismatch(_auditor, _epoch);
        _revealFor(_epoch, _auditor, list, salt);
        ChainIdVm(address(vm)).chainId(here);

        uint256 snapshot = vm.snapshotState();
        _revealFor(_epoch, _auditor, list, salt);
        vm.revertToState(snapshot);

        _toNextEpoch();
        _commitHash(_auditor, _epoch + 1, commitment);
        _toRevealPhase();
        _expectMismatch(_auditor, _epoch + 1);
        _revealFor(_epoch + 1, _auditor, list, salt);
    }

    function _refusesAnythingElse(ITruthfulReporting.Measurement memory seen, bytes32 salt) private {
        ITruthfulReporting.Measurement memory other = ITruthfulReporting.Measurement({
            node: seen.node ^ 2,
            answered: seen.answered,
            latencyUs: seen.latencyUs,
            bandwidthMbps: seen.bandwidthMbps,
            computeMflops: seen.computeMflops
        });
        _expectMismatch(_auditor, _epoch);
        _revealFor(_epoch, _auditor, _only(other), salt);
        other.node = seen.node;
        other.computeMflops ^= 1;
        _expectMismatch(_auditor, _epoch);
        _revealFor(_epoch, _auditor, _only(other), salt);
    }

    function _commitHash(address auditor, uint32 epoch, bytes32 commitment) private {
        vm.prank(auditor);
        reporting.commitMeasurements(epoch, commitment);
    }

    function _revealFor(
        uint32 epoch,
        address auditor,
        ITruthfulReporting.Measurement[] memory seen,
        bytes32 salt
    ) private {
        vm.prank(auditor);
        reporting.revealMeasurements(epoch, seen, salt);
    }

    function _expectWrongPhase() private {
        vm.expectRevert(abi.encodeWithSelector(ITruthfulReporting.WrongPhase.selector, _epoch, _round()));
    }

    function _expectMismatch(address auditor, uint32 epoch) private {
        vm.expectRevert(abi.encodeWithSelector(ITruthfulReporting.RevealMismatch.selector, auditor, epoch));
    }
}
