// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Features} from "../../src/libraries/Features.sol";
import {Weights} from "../../src/libraries/Weights.sol";
import {NodeRecord, WorkloadSpec} from "../../src/types/Types.sol";
import {VectorTest} from "./VectorTest.sol";

contract FeaturesVectors is VectorTest {
    uint256[] private spec;
    uint256[] private record;
    uint256[] private budgetMicro;
    uint256[] private round;
    uint256[] private gpus;
    uint256[] private freeGpus;
    uint256[] private openWorkloads;

    function setUp() public {
        string memory json = _read("features");
        spec = _uints(json, ".spec");
        record = _uints(json, ".record");
        budgetMicro = _uints(json, ".budgetMicro");
        round = _uints(json, ".round");
        gpus = _uints(json, ".gpus");
        freeGpus = _uints(json, ".freeGpus");
        openWorkloads = _uints(json, ".openWorkloads");
    }

    function test_09_features() public view {
        string memory json = _read("features");
        bytes[] memory expected = _bytes(json, ".features");
        for (uint256 i = 0; i < expected.length; ++i) {
            bytes memory found = _pack(i);
            for (uint256 f = 0; f < Features.COUNT; ++f) {
                _same(
                    string.concat("feature ", JSON.toString(f)),
                    i,
                    _feature(found, f),
                    _feature(expected[i], f)
                );
            }
            _same("bytes", i, found.length, expected[i].length);
        }
    }

    function _pack(uint256 i) private view returns (bytes memory) {
        return Features.pack(
            WorkloadSpec.wrap(spec[i]),
            NodeRecord.wrap(uint224(record[i])),
            uint64(budgetMicro[i]),
            Weights.durationSec(WorkloadSpec.wrap(spec[i]), NodeRecord.wrap(uint224(record[i]))),
            uint32(round[i]),
            Features.Network(uint64(gpus[i]), uint64(freeGpus[i]), uint32(openWorkloads[i]))
        );
    }

    function _feature(bytes memory packed, uint256 f) private pure returns (int256) {
        return int16(uint16(uint8(packed[2 * f])) << 8 | uint8(packed[2 * f + 1]));
    }
}
