// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IRLPolicyManager} from "../interfaces/IRLPolicyManager.sol";

/// @notice What a policy's code may consist of, and how it comes on chain. A function of its 48 bytes of calldata and
/// nothing else: no time, caller, gas, storage, code or balance can be read, nothing can be called, no jump can loop.
library PolicyCode {
    uint256 internal constant MAX_SIZE = 24_576; // EIP-170

    uint256 private constant STOP_TO_SIGNEXTEND = (1 << 0x0c) - 1;
    uint256 private constant LT_TO_SAR = ((1 << 0x0e) - 1) << 0x10;
    uint256 private constant CALLDATALOAD = 1 << 0x35;
    uint256 private constant POP_MLOAD_MSTORE = 7 << 0x50;
    uint256 private constant PUSH_DUP_SWAP = ((1 << 0x41) - 1) << 0x5f;
    uint256 private constant RETURN = 1 << 0xf3;
    /// @dev Bit o is set where opcode o is allowed.
    uint256 internal constant ALLOWED =
        STOP_TO_SIGNEXTEND | LT_TO_SAR | CALLDATALOAD | POP_MLOAD_MSTORE | PUSH_DUP_SWAP | RETURN;

    /// @notice Reverts with the first opcode that is not allowed. What a PUSH carries is data, not opcodes.
    function requireAllowed(bytes memory code) internal pure {
        uint256 allowed = ALLOWED;
        uint256 opcode;
        uint256 start;
        uint256 cursor;
        bool forbidden;
        assembly ("memory-safe") {
            start := add(code, 32)
            let end := add(start, mload(code))
            for { cursor := start } lt(cursor, end) {} {
                opcode := byte(0, mload(cursor))
                if iszero(and(shr(opcode, allowed), 1)) {
                    forbidden := 1
                    break
                }
                // PUSH0..PUSH32 are 0x5f..0x7f and carry opcode - 0x5f bytes.
                let carried := sub(opcode, 0x5f)
                cursor := add(add(cursor, 1), mul(carried, lt(carried, 33)))
            }
        }
        require(!forbidden, IRLPolicyManager.ForbiddenOpcode(uint8(opcode), cursor - start));
    }

    /// @notice A contract whose runtime code is `code`; the zero address if the EVM refuses it.
    function deploy(bytes memory code) internal returns (address created) {
        // PUSH2 size DUP1 PUSH1 10 PUSH0 CODECOPY PUSH0 RETURN: returns what follows these ten bytes.
        bytes memory initCode = abi.encodePacked(hex"61", uint16(code.length), hex"80600a5f395ff3", code);
        assembly ("memory-safe") {
            created := create(0, add(initCode, 32), mload(initCode))
        }
    }
}
