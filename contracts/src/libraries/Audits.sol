// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Arrays} from "@openzeppelin/contracts/utils/Arrays.sol";
import {Measured} from "../types/Types.sol";

/// @notice What one auditor revealed of one node. `auditor` is its number, not its address: a reveal fits a word.
struct Reveal {
    uint32 auditor;
    bool answered;
    uint32 latencyUs;
    uint32 bandwidthMbps;
    uint64 computeMflops; // per GPU
}

/// @notice What the reveals of a node say together. See docs/PROTOCOL.md, "Discrepancy and trust".
library Audits {
    /// @notice The node answered if more than half say so; then its metrics are the medians over those who say so.
    function aggregate(Reveal[] memory reveals) internal pure returns (Measured memory measured) {
        uint256 count = countAnswered(reveals, true);
        measured.answered = 2 * count > reveals.length;
        if (!measured.answered) return measured;

        uint256[] memory latencies = new uint256[](count);
        uint256[] memory bandwidths = new uint256[](count);
        uint256[] memory computes = new uint256[](count);
        for (uint256 i = 0; i < reveals.length; ++i) {
            if (!reveals[i].answered) continue;
            --count;
            latencies[count] = reveals[i].latencyUs;
            bandwidths[count] = reveals[i].bandwidthMbps;
            computes[count] = reveals[i].computeMflops;
        }
        measured.latencyUs = uint32(_medianLessIsBetter(latencies));
        measured.bandwidthMbps = uint32(_medianMoreIsBetter(bandwidths));
        measured.computeMflops = uint64(_medianMoreIsBetter(computes));
    }

    /// @notice How many of the reveals say that the node answered, or that it did not.
    function countAnswered(Reveal[] memory reveals, bool answered) internal pure returns (uint256 count) {
        for (uint256 i = 0; i < reveals.length; ++i) {
            if (reveals[i].answered == answered) ++count;
        }
    }

    /// @dev Of an even number of values both medians are the one that is worse for the node.
    function _medianMoreIsBetter(uint256[] memory values) private pure returns (uint256) {
        return Arrays.sort(values)[(values.length - 1) / 2];
    }

    function _medianLessIsBetter(uint256[] memory values) private pure returns (uint256) {
        return Arrays.sort(values)[values.length / 2];
    }
}
