// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @dev The cheat codes that read vectors.
interface VmJson {
    function readFile(string calldata path) external view returns (string memory);
    function parseJsonUint(string calldata json, string calldata key) external pure returns (uint256);
    function parseJsonBytes32(string calldata json, string calldata key) external pure returns (bytes32);
    function parseJsonBytes(string calldata json, string calldata key) external pure returns (bytes memory);
    function parseJsonUintArray(string calldata json, string calldata key)
        external
        pure
        returns (uint256[] memory);
    function parseJsonIntArray(string calldata json, string calldata key)
        external
        pure
        returns (int256[] memory);
    function parseJsonBoolArray(string calldata json, string calldata key)
        external
        pure
        returns (bool[] memory);
    function parseJsonBytesArray(string calldata json, string calldata key)
        external
        pure
        returns (bytes[] memory);
    function toString(uint256 value) external pure returns (string memory);
}

/// @notice Base of the tests that hold the contracts to `vectors/`: a file is columns of equal length, a row is a case.
abstract contract VectorTest {
    VmJson internal constant JSON = VmJson(address(uint160(uint256(keccak256("hevm cheat code")))));

    error Differs(string what, uint256 row, int256 found, int256 expected);

    function _read(string memory name) internal view returns (string memory) {
        return JSON.readFile(string.concat("vectors/", name, ".json"));
    }

    function _uints(string memory json, string memory column) internal pure returns (uint256[] memory) {
        return JSON.parseJsonUintArray(json, column);
    }

    function _ints(string memory json, string memory column) internal pure returns (int256[] memory) {
        return JSON.parseJsonIntArray(json, column);
    }

    function _bools(string memory json, string memory column) internal pure returns (bool[] memory) {
        return JSON.parseJsonBoolArray(json, column);
    }

    function _bytes(string memory json, string memory column) internal pure returns (bytes[] memory) {
        return JSON.parseJsonBytesArray(json, column);
    }

    function _same(string memory what, uint256 row, uint256 found, uint256 expected) internal pure {
        _same(what, row, int256(found), int256(expected));
    }

    function _same(string memory what, uint256 row, int256 found, int256 expected) internal pure {
        require(found == expected, Differs(what, row, found, expected));
    }
}
