// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IComputeNodes} from "../../src/interfaces/IComputeNodes.sol";
import {Parameter} from "../../src/generated/ParameterTable.sol";
import {FLAG_ACTIVE, FLAG_GREEN, NodeRecord} from "../../src/types/Types.sol";
import {NetworkFixture} from "../base/NetworkFixture.sol";
import {vm, bound} from "../base/Vm.sol";

contract GreenCertificateTest is NetworkFixture {
    bytes32 private constant NULLIFIER = "meter 4711, May";
    uint32 private node;

    function setUp() public override {
        super.setUp();
        node = _register(1);
    }

    // Refusals

    function test_refusesAnybodyButTheOwner() external {
        bytes memory signature = _signed(GREEN_ISSUER_KEY, node, 100, NULLIFIER);
        vm.prank(outsider);
        vm.expectRevert(abi.encodeWithSelector(IComputeNodes.NotOwner.selector, node, outsider));
        nodes.presentGreenCertificate(node, 100, NULLIFIER, signature);
    }

    function test_refusesAnotherIssuer() external {
        _refused(node, 100, _signed(1, node, 100, NULLIFIER));
    }

    function test_refusesAnotherNodesCertificate() external {
        _refused(node, 100, _signed(GREEN_ISSUER_KEY, node + 1, 100, NULLIFIER));
    }

    function test_refusesALongerTimeThanWasSigned() external {
        _refused(node, 101, _signed(GREEN_ISSUER_KEY, node, 100, NULLIFIER));
    }

    function test_refusesACertificateThatIsOver() external {
        _refused(node, _round(), _signed(GREEN_ISSUER_KEY, node, _round(), NULLIFIER));
    }

    function test_refusesAllWhileThereIsNoIssuer() external {
        vm.prank(config.timelock);
        nodes.setGreenIssuer(address(0));
        _refused(node, 100, _signed(GREEN_ISSUER_KEY, node, 100, NULLIFIER));
        _refused(node, 100, "");
    }

    function test_refusesANullifierTwice() external {
        uint32 other = _register(1);
        _present(100);
        bytes memory signature = _signed(GREEN_ISSUER_KEY, other, 100, NULLIFIER);
        vm.prank(operator);
        vm.expectRevert(abi.encodeWithSelector(IComputeNodes.GreenCertificateUsed.selector, NULLIFIER));
        nodes.presentGreenCertificate(other, 100, NULLIFIER, signature);
    }

    // What it does

    function test_makesTheNodeGreenFromTheNextRound() external {
        _skipRounds(1);
        vm.expectEmit(address(nodes));
        emit IComputeNodes.GreenCertified(node, 100);
        _present(100);
        vm.assertEq(nodes.recordAt(node, _round()).flags(), FLAG_ACTIVE);
        vm.assertEq(_nextRecord(node).flags(), FLAG_ACTIVE | FLAG_GREEN);
    }

    /// Whoever is green and fresh holds a valid certificate, whatever heartbeats come when.
    function testFuzz_isNeverFreshLongerThanTheCertificate(uint256 lasts, uint256 beats) external {
        uint32 untilRound = _round() + uint32(bound(lasts, 1, 30));
        _present(untilRound);
        for (uint256 i = 0; i < 40; ++i) {
            NodeRecord record = _nextRecord(node);
            if (record.flags() & FLAG_GREEN != 0) vm.assertLe(record.freshUntilRound(), untilRound);
            _skipRounds(1);
            if ((beats >> i) & 1 == 1) {
                vm.prank(operator);
                nodes.heartbeat(node);
            }
        }
    }

    function test_aHeartbeatAfterItsEndMakesTheNodeFreshAndNotGreen() external {
        uint32 untilRound = _round() + 5;
        _present(untilRound);
        _toRound(untilRound);
        vm.prank(operator);
        nodes.heartbeat(node);
        vm.assertEq(_nextRecord(node).flags(), FLAG_ACTIVE);
        vm.assertEq(
            _nextRecord(node).freshUntilRound(), _round() + parameters.current(Parameter.freshnessRounds)
        );
    }

    // Steps

    function _present(uint32 untilRound) private {
        bytes memory signature = _signed(GREEN_ISSUER_KEY, node, untilRound, NULLIFIER);
        vm.prank(operator);
        nodes.presentGreenCertificate(node, untilRound, NULLIFIER, signature);
    }

    function _refused(uint32 presenting, uint32 untilRound, bytes memory signature) private {
        vm.prank(operator);
        vm.expectRevert(abi.encodeWithSelector(IComputeNodes.BadGreenCertificate.selector, presenting));
        nodes.presentGreenCertificate(presenting, untilRound, NULLIFIER, signature);
    }

    /// @dev The digest written out, so that it holds signers elsewhere to the same bytes.
    function _signed(uint256 key, uint32 forNode, uint32 untilRound, bytes32 nullifier)
        private
        view
        returns (bytes memory)
    {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256(
                    "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
                ),
                keccak256("AICChain"),
                keccak256("1"),
                block.chainid,
                address(nodes)
            )
        );
        bytes32 message = keccak256(
            abi.encode(
                keccak256("GreenCertificate(uint32 node,uint32 untilRound,bytes32 nullifier)"),
                forNode,
                untilRound,
                nullifier
            )
        );
        (uint8 v, bytes32 r, bytes32 s) =
            vm.sign(key, keccak256(abi.encodePacked(hex"1901", domain, message)));
        return abi.encodePacked(r, s, v);
    }
}
