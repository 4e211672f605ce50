// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ITruthfulReporting} from "../../src/interfaces/ITruthfulReporting.sol";
import {ReportingFixture} from "../base/ReportingFixture.sol";
import {vm} from "../base/Vm.sol";

contract CommitReportTest is ReportingFixture {
    uint256 private constant OPERATOR_KEY = uint256(keccak256("operator"));
    uint256 private constant OUTSIDER_KEY = uint256(keccak256("outsider"));
    uint16 private constant GPUS = 4;
    uint32 private constant LATENCY = 2_000;
    uint32 private constant BANDWIDTH = 900;
    uint64 private constant COMPUTE = 1_800_000;
    uint32 private constant WATTS = 300;

    uint32 private _node;
    uint32 private _epoch;

    function setUp() public override {
        super.setUp();
        _node = _register(GPUS);
        _epoch = reporting.currentEpoch();
    }

    // Refusals

    function test_refusesWhoeverDoesNotOwnTheNode() external {
        bytes memory signature = _signed(_epoch, OPERATOR_KEY);
        vm.expectRevert(abi.encodeWithSelector(ITruthfulReporting.NotOwner.selector, _node, outsider));
        _commitReport(outsider, _epoch, signature);
    }

    function test_refusesTheSignatureOfAnother() external {
        bytes memory signature = _signed(_epoch, OUTSIDER_KEY);
        _expectBadSignature();
        _commitReport(operator, _epoch, signature);
    }

    function test_14_refusesTheReportOfAnotherEpoch() external {
        bytes memory signature = _signed(_epoch, OPERATOR_KEY);
        _toNextEpoch();
        ++_epoch;
        _expectBadSignature();
        _commitReport(operator, _epoch, signature);
    }

    function test_refusesTheLastThirdOfTheEpoch() external {
        bytes memory signature = _signed(_epoch, OPERATOR_KEY);
        _toRevealPhase();
        vm.expectRevert(abi.encodeWithSelector(ITruthfulReporting.WrongPhase.selector, _epoch, _round()));
        _commitReport(operator, _epoch, signature);
    }

    function test_refusesASecondReport() external {
        bytes memory signature = _signed(_epoch, OPERATOR_KEY);
        _commitReport(operator, _epoch, signature);
        vm.expectRevert(
            abi.encodeWithSelector(ITruthfulReporting.AlreadyCommitted.selector, operator, _epoch)
        );
        _commitReport(operator, _epoch, signature);
    }

    // What it does

    function test_keepsTheDigestThatTheOwnerSigned() external {
        bytes32 digest = _digest(_epoch);
        bytes memory signature = _signed(_epoch, OPERATOR_KEY);
        vm.expectEmit(address(reporting));
        emit ITruthfulReporting.ReportCommitted(_node, _epoch, digest);
        _commitReport(operator, _epoch, signature);
        vm.assertEq(reporting.reportDigest(_node, _epoch), digest);
    }

    function _commitReport(address caller, uint32 epoch, bytes memory signature) private {
        vm.prank(caller);
        reporting.commitReport(_node, epoch, GPUS, LATENCY, BANDWIDTH, COMPUTE, WATTS, signature);
    }

    function _signed(uint32 epoch, uint256 key) private view returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, _digest(epoch));
        return abi.encodePacked(r, s, v);
    }

    /// @dev EIP-712, written out.
    function _digest(uint32 epoch) private view returns (bytes32) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256(
                    "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
                ),
                keccak256("AICChain"),
                keccak256("1"),
                block.chainid,
                address(reporting)
            )
        );
        bytes32 report = keccak256(
            abi.encode(
                keccak256(
                    "Report(uint32 node,uint32 epoch,uint16 gpus,uint32 latencyUs,uint32 bandwidthMbps,uint64 computeMflops,uint32 watts)"
                ),
                _node,
                epoch,
                GPUS,
                LATENCY,
                BANDWIDTH,
                COMPUTE,
                WATTS
            )
        );
        return keccak256(abi.encodePacked(hex"1901", domain, report));
    }

    function _expectBadSignature() private {
        vm.expectRevert(abi.encodeWithSelector(ITruthfulReporting.BadReportSignature.selector, _node, _epoch));
    }
}
