// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IntegerNetwork} from "../../src/libraries/IntegerNetwork.sol";
import {VectorTest} from "./VectorTest.sol";

interface VmEtch {
    function etch(address target, bytes calldata code) external;
}

/// @notice One integer network, three ways: TypeScript (the vectors), the plain network on chain, the compiled contract.
contract NetworkVectors is VectorTest {
    VmEtch private constant VM = VmEtch(address(JSON));
    address private constant POLICY = address(0x90C1);

    function test_09_plain_network() public view {
        string memory json = _read("network");
        for (uint256 n = 0; n < _count(json); ++n) {
            bytes memory weights = JSON.parseJsonBytes(json, _key(n, "weights"));
            bytes[] memory features = _bytes(json, _key(n, "features"));
            uint256[] memory penalty = _uints(json, _key(n, "penalty"));
            _same("hidden", n, IntegerNetwork.check(weights), uint8(weights[0]));
            for (uint256 i = 0; i < features.length; ++i) {
                _same(_key(n, "penalty"), i, IntegerNetwork.evaluate(weights, features[i]), penalty[i]);
            }
        }
    }

    function test_09_compiled_network() public {
        string memory json = _read("network");
        for (uint256 n = 0; n < _count(json); ++n) {
            VM.etch(POLICY, JSON.parseJsonBytes(json, _key(n, "code")));
            bytes32 codeHash = JSON.parseJsonBytes32(json, _key(n, "codeHash"));
            require(POLICY.codehash == codeHash, string.concat("code hash of ", _key(n, "code")));
            bytes[] memory features = _bytes(json, _key(n, "features"));
            uint256[] memory penalty = _uints(json, _key(n, "penalty"));
            for (uint256 i = 0; i < features.length; ++i) {
                _same(_key(n, "penalty"), i, _call(features[i]), penalty[i]);
            }
        }
    }

    function _call(bytes memory features) private view returns (uint256) {
        (bool done, bytes memory word) = POLICY.staticcall(features);
        require(done && word.length == 32, "the policy must answer with one word");
        return abi.decode(word, (uint256));
    }

    function _count(string memory json) private pure returns (uint256) {
        return JSON.parseJsonUint(json, ".networkCount");
    }

    function _key(uint256 n, string memory column) private pure returns (string memory) {
        return string.concat(".networks[", JSON.toString(n), "].", column);
    }
}
