// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IComputeNodes} from "../../src/interfaces/IComputeNodes.sol";
import {Codes} from "../../src/libraries/Codes.sol";
import {Claims, Measured, NodeRecord} from "../../src/types/Types.sol";
import {NetworkFixture} from "../base/NetworkFixture.sol";
import {vm} from "../base/Vm.sol";

contract SetClaimsTest is NetworkFixture {
    uint32 private node;

    function setUp() public override {
        super.setUp();
        node = _register(2);
    }

    function test_refusesAnybodyButTheOwner() external {
        vm.prank(outsider);
        vm.expectRevert(abi.encodeWithSelector(IComputeNodes.NotOwner.selector, node, outsider));
        nodes.setClaims(node, _claims(2));
    }

    function test_refusesOtherGpus() external {
        vm.prank(operator);
        vm.expectRevert(abi.encodeWithSelector(IComputeNodes.BadClaims.selector, "gpus", 3));
        nodes.setClaims(node, _claims(3));
    }

    function test_refusesAnotherClass() external {
        Claims memory claims = _claims(2);
        claims.classId = 1;
        vm.prank(operator);
        vm.expectRevert(abi.encodeWithSelector(IComputeNodes.BadClaims.selector, "classId", 1));
        nodes.setClaims(node, claims);
    }

    /// Over-claiming gains nothing: what was measured bounds what counts, in either direction of better.
    function testFuzz_countsForNoMoreThanWasMeasured(
        uint8 compute,
        uint8 bandwidth,
        uint8 latency,
        uint8 seenCompute,
        uint8 seenBandwidth,
        uint8 seenLatency
    ) external {
        vm.prank(config.reporting);
        nodes.applyAudit(
            node,
            Measured({
                answered: true,
                latencyUs: uint32(Codes.decode(seenLatency)),
                bandwidthMbps: uint32(Codes.decode(seenBandwidth)),
                computeMflops: uint64(Codes.decode(seenCompute) << 8)
            }),
            0
        );
        Claims memory claims = Claims(2, 0, 1, compute, bandwidth, latency, 0);
        vm.expectEmit(address(nodes));
        emit IComputeNodes.ClaimsChanged(node, claims);
        vm.prank(operator);
        nodes.setClaims(node, claims);
        NodeRecord record = _nextRecord(node);
        vm.assertEq(record.computeCode(), compute < seenCompute ? compute : seenCompute);
        vm.assertEq(record.bandwidthCode(), bandwidth < seenBandwidth ? bandwidth : seenBandwidth);
        vm.assertEq(record.latencyCode(), latency > seenLatency ? latency : seenLatency);
        vm.assertEq(record.wattsCode(), 40);
        vm.assertEq(record.memoryCode(), 1);
    }
}
