// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {OpenRounds} from "../../src/libraries/OpenRounds.sol";
import {VectorTest} from "./VectorTest.sol";

contract OpenRoundsVectors is VectorTest {
    function test_09_openAt() public {
        string memory json = _read("openRounds");
        uint256[] memory openRounds = _uints(json, ".openRounds");
        uint256[] memory openUntilRound = _uints(json, ".openUntilRound");
        uint256[] memory round = _uints(json, ".round");
        bool[] memory open = _bools(json, ".open");
        for (uint256 i = 0; i < openRounds.length; ++i) {
            bool found = OpenRounds.openAt(openRounds[i], uint32(openUntilRound[i]), uint32(round[i]));
            _same("open", i, found ? 1 : 0, open[i] ? 1 : 0);
        }
    }
}
