// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {FLAG_GREEN, NodeRecord, WorkloadSpec} from "../types/Types.sol";
import {NodeRecords} from "../types/NodeRecordLib.sol";
import {WorkloadSpecs} from "../types/WorkloadSpecLib.sol";
import {Codes} from "./Codes.sol";
import {Weights} from "./Weights.sol";

/// @notice What the policy sees of an eligible pair: 24 int16, big-endian, 48 bytes. None depends on an ask, own, other or
/// aggregate: that is what keeps asking truthful. See docs/PROTOCOL.md.
library Features {
    using NodeRecords for NodeRecord;
    using WorkloadSpecs for WorkloadSpec;

    uint256 internal constant COUNT = 24;
    uint256 private constant TOP = 255;
    uint256 private constant BPS = 1e4;

    /// @notice The counters of the network that bind in the round.
    struct Network {
        uint64 gpus;
        uint64 freeGpus;
        uint32 openWorkloads;
    }

    function pack(
        WorkloadSpec spec,
        NodeRecord record,
        uint64 budgetMicro,
        uint256 durationSec,
        uint32 round,
        Network memory network
    ) internal pure returns (bytes memory) {
        // 16 features fill the first word, the other 8 the upper half of the second.
        uint256 first =
            _append(_ofNode(_ofWorkload(0, spec, budgetMicro, round), record), Codes.lg16(durationSec));
        uint256 second = _ofNetwork(_ofPair(0, spec, record, durationSec), network);
        unchecked {
            second = _append(second, uint256(record.memoryCode()) - spec.memoryCode());
        }
        return abi.encodePacked(first, uint128(second));
    }

    // Nothing overflows: fields are at most 53 bits wide, an eligible pair has gpus >= free >= need > 0, and of what is
    // negative (11) only the low 16 bits are kept.

    /// @dev 0 to 5.
    function _ofWorkload(uint256 x, WorkloadSpec spec, uint256 budgetMicro, uint32 round)
        private
        pure
        returns (uint256)
    {
        unchecked {
            uint256 gpus = spec.gpus();
            uint256 waited = round - spec.submittedRound();
            x = _append(x, Codes.lg16(gpus));
            x = _append(x, Codes.lg16(1 + uint256(spec.computeGflop()) * 1000 / gpus));
            x = _append(x, Codes.lg16(1 + uint256(spec.dataMB())));
            x = _append(x, uint256(spec.priority()) * TOP / BPS);
            x = _append(x, waited < TOP ? waited : TOP);
            return
                _append(
                    x, Codes.lg16(1 + budgetMicro * Weights.SEC_PER_HOUR / (gpus * spec.maxDurationSec()))
                );
        }
    }

    /// @dev 6 to 14.
    function _ofNode(uint256 x, NodeRecord record) private pure returns (uint256) {
        unchecked {
            uint256 gpus = record.gpus();
            uint256 free = record.freeGpus();
            uint256 compute = record.computeCode() + 16 * uint256(record.computeShift());
            x = _append(x, Codes.lg16(free));
            x = _append(x, Codes.lg16(gpus));
            x = _append(x, compute);
            x = _append(x, record.bandwidthCode());
            x = _append(x, record.latencyCode());
            x = _append(x, uint256(record.wattsCode()) - compute);
            x = _append(x, record.trustBps() * TOP / BPS);
            x = _append(x, record.flags() & FLAG_GREEN != 0 ? TOP : 0);
            return _append(x, (gpus - free) * TOP / gpus);
        }
    }

    /// @dev 16 to 18.
    function _ofPair(uint256 x, WorkloadSpec spec, NodeRecord record, uint256 durationSec)
        private
        pure
        returns (uint256)
    {
        unchecked {
            uint256 need = spec.gpus();
            uint256 free = record.freeGpus();
            uint256 transferMs = uint256(spec.dataMB()) * 8 * 1000 / Codes.decode(record.bandwidthCode());
            uint256 transferShare = transferMs * TOP / (durationSec * 1000);
            x = _append(x, transferShare < TOP ? transferShare : TOP);
            x = _append(x, Codes.lg16(1 + free - need));
            return _append(x, free == need ? TOP : 0);
        }
    }

    /// @dev 19 to 22.
    function _ofNetwork(uint256 x, Network memory network) private pure returns (uint256) {
        unchecked {
            uint256 gpus = network.gpus;
            uint256 free = network.freeGpus;
            x = _append(x, Codes.lg16(1 + free));
            x = _append(x, Codes.lg16(1 + gpus));
            x = _append(x, Codes.lg16(1 + uint256(network.openWorkloads)));
            return _append(x, gpus == 0 ? 0 : (gpus - free) * TOP / gpus);
        }
    }

    /// @dev The lanes of `x` and one more, an int16.
    function _append(uint256 x, uint256 feature) private pure returns (uint256) {
        return (x << 16) | (feature & type(uint16).max);
    }
}
