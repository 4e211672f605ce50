// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Codes} from "../../src/libraries/Codes.sol";
import {VectorTest} from "./VectorTest.sol";

contract CodesVectors is VectorTest {
    function test_09_decode() public view {
        string memory json = _read("codes");
        uint256[] memory code = _uints(json, ".decode.code");
        uint256[] memory value = _uints(json, ".decode.value");
        for (uint256 i = 0; i < code.length; ++i) {
            _same("decode", i, Codes.decode(uint8(code[i])), value[i]);
        }
    }

    function test_09_codeFloor_and_codeCeil() public view {
        string memory json = _read("codes");
        uint256[] memory value = _uints(json, ".code.value");
        uint256[] memory floor = _uints(json, ".code.floor");
        uint256[] memory ceil = _uints(json, ".code.ceil");
        for (uint256 i = 0; i < value.length; ++i) {
            _same("codeFloor", i, Codes.codeFloor(value[i]), floor[i]);
            _same("codeCeil", i, Codes.codeCeil(value[i]), ceil[i]);
        }
    }

    function test_09_clamped_codes_of_measurements() public view {
        string memory json = _read("codes");
        uint256[] memory value = _uints(json, ".clamped.value");
        uint256[] memory floor = _uints(json, ".clamped.floor");
        uint256[] memory ceil = _uints(json, ".clamped.ceil");
        for (uint256 i = 0; i < value.length; ++i) {
            _same("codeFloorClamped", i, Codes.codeFloorClamped(value[i]), floor[i]);
            _same("codeCeilClamped", i, Codes.codeCeilClamped(value[i]), ceil[i]);
        }
    }

    function test_09_lg16() public view {
        string memory json = _read("codes");
        uint256[] memory x = _uints(json, ".lg16.x");
        uint256[] memory expected = _uints(json, ".lg16.lg16");
        for (uint256 i = 0; i < x.length; ++i) {
            _same("lg16", i, Codes.lg16(x[i]), expected[i]);
        }
    }
}
