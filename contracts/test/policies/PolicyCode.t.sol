// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IRLPolicyManager} from "../../src/interfaces/IRLPolicyManager.sol";
import {PolicyCode} from "../../src/libraries/PolicyCode.sol";
import {vm} from "../base/Vm.sol";

contract PolicyCodeTest {
    // Refusals

    function test_refusesEveryOpcodeThatIsNotPureArithmetic() external {
        for (uint256 opcode = 0; opcode < 256; ++opcode) {
            bytes memory code = bytes.concat(hex"5f5f", bytes1(uint8(opcode)));
            if (!_isPure(opcode)) _expectForbidden(uint8(opcode), 2);
            this.requireAllowed(code);
        }
    }

    function test_refusesWhatFollowsTheDataOfAPush() external {
        bytes memory code = bytes.concat(hex"7f", bytes32(type(uint256).max), hex"42");
        _expectForbidden(0x42, 33);
        this.requireAllowed(code);
    }

    function test_refusesAJumpWhereverItHides() external {
        _expectForbidden(0x56, 4);
        this.requireAllowed(hex"6156565f56");
    }

    // What it does

    function test_skipsTheDataOfEveryPush() external view {
        for (uint256 carried = 1; carried <= 32; ++carried) {
            bytes memory data = new bytes(carried);
            for (uint256 i = 0; i < carried; ++i) {
                data[i] = 0xff;
            }
            this.requireAllowed(bytes.concat(bytes1(uint8(0x5f + carried)), data, hex"00"));
        }
    }

    function test_takesACodeThatEndsInsideAPush() external view {
        this.requireAllowed(hex"7fff");
    }

    function test_scans9kBForUnder1200000Gas() external view {
        bytes memory code = new bytes(9_000); // all STOP: no PUSH shortens the way
        uint256 before = gasleft();
        PolicyCode.requireAllowed(code);
        vm.assertLt(before - gasleft(), 1_200_000);
    }

    function testFuzz_deploysTheVeryBytes(bytes calldata seed) external {
        bytes memory code = bytes.concat(hex"00", seed);
        vm.assertEq(PolicyCode.deploy(code).code, code);
    }

    function requireAllowed(bytes memory code) external pure {
        PolicyCode.requireAllowed(code);
    }

    function _isPure(uint256 opcode) private pure returns (bool) {
        if (opcode <= 0x0b) return true; // STOP, arithmetic
        if (opcode >= 0x10 && opcode <= 0x1d) return true; // comparison, bits
        if (opcode == 0x35 || opcode == 0xf3) return true; // CALLDATALOAD, RETURN
        if (opcode >= 0x50 && opcode <= 0x52) return true; // POP, MLOAD, MSTORE
        return opcode >= 0x5f && opcode <= 0x9f; // PUSH, DUP, SWAP
    }

    function _expectForbidden(uint8 opcode, uint256 offset) private {
        vm.expectRevert(abi.encodeWithSelector(IRLPolicyManager.ForbiddenOpcode.selector, opcode, offset));
    }
}
