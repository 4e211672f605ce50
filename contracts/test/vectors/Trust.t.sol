// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Audits, Reveal} from "../../src/libraries/Audits.sol";
import {Trust} from "../../src/libraries/Trust.sol";
import {Measured} from "../../src/types/Types.sol";
import {VectorTest} from "./VectorTest.sol";

contract TrustVectors is VectorTest {
    function test_09_discrepancy() public view {
        string memory json = _read("trust");
        uint256[] memory claimed = _uints(json, ".discrepancy.claimed");
        uint256[] memory measured = _uints(json, ".discrepancy.measured");
        uint256[] memory toleranceBps = _uints(json, ".discrepancy.toleranceBps");
        bool[] memory lessIsBetter = _bools(json, ".discrepancy.lessIsBetter");
        uint256[] memory expected = _uints(json, ".discrepancy.discrepancyBps");
        for (uint256 i = 0; i < claimed.length; ++i) {
            uint256 found = Trust.discrepancyBps(claimed[i], measured[i], toleranceBps[i], lessIsBetter[i]);
            _same("discrepancy", i, found, expected[i]);
        }
    }

    function test_09_trust() public view {
        string memory json = _read("trust");
        uint256[] memory trustBps = _uints(json, ".trust.trustBps");
        uint256[] memory worstBps = _uints(json, ".trust.worstBps");
        uint256[] memory factor = _uints(json, ".trust.discrepancyFactor");
        uint256[] memory gain = _uints(json, ".trust.trustGainDivisor");
        uint256[] memory loss = _uints(json, ".trust.trustLossDivisor");
        uint256[] memory next = _uints(json, ".trust.next");
        for (uint256 i = 0; i < trustBps.length; ++i) {
            uint256 found = Trust.nextTrustBps(trustBps[i], worstBps[i], factor[i], gain[i], loss[i]);
            _same("trust", i, found, next[i]);
        }
    }

    /// @dev Audit i takes the next `reveals[i]` of the revealed measurements.
    function test_09_medians() public view {
        string memory json = _read("trust");
        Reveal[] memory revealed = _measurements(json, ".reveal");
        Reveal[] memory expected = _measurements(json, ".audit");
        uint256[] memory count = _uints(json, ".audit.reveals");
        uint256 next;
        for (uint256 i = 0; i < count.length; ++i) {
            Reveal[] memory reveals = new Reveal[](count[i]);
            for (uint256 j = 0; j < count[i]; ++j) {
                reveals[j] = revealed[next++];
            }
            Measured memory found = Audits.aggregate(reveals);
            _same("answered", i, found.answered ? 1 : 0, expected[i].answered ? 1 : 0);
            _same("latency", i, found.latencyUs, expected[i].latencyUs);
            _same("bandwidth", i, found.bandwidthMbps, expected[i].bandwidthMbps);
            _same("compute", i, found.computeMflops, expected[i].computeMflops);
        }
    }

    function _measurements(string memory json, string memory at) private pure returns (Reveal[] memory all) {
        bool[] memory answered = _bools(json, string.concat(at, ".answered"));
        uint256[] memory latencyUs = _uints(json, string.concat(at, ".latencyUs"));
        uint256[] memory bandwidthMbps = _uints(json, string.concat(at, ".bandwidthMbps"));
        uint256[] memory computeMflops = _uints(json, string.concat(at, ".computeMflops"));
        all = new Reveal[](answered.length);
        for (uint256 i = 0; i < all.length; ++i) {
            all[i].answered = answered[i];
            all[i].latencyUs = uint32(latencyUs[i]);
            all[i].bandwidthMbps = uint32(bandwidthMbps[i]);
            all[i].computeMflops = uint64(computeMflops[i]);
        }
    }
}
