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
        uint32 round,
        Network memory network
    ) internal pure returns (bytes memory) {
        int256[COUNT] memory x;
        uint256 durationSec = Weights.durationSec(spec, record);
        _ofWorkload(x, spec, budgetMicro, round);
        _ofNode(x, record);
        _ofPair(x, spec, record, durationSec);
        _ofNetwork(x, network);
        return _encode(x);
    }

    function _ofWorkload(int256[COUNT] memory x, WorkloadSpec spec, uint256 budgetMicro, uint32 round)
        private
        pure
    {
        uint256 gpus = spec.gpus();
        uint256 waited = round - spec.submittedRound();
        x[0] = _lg16(gpus);
        x[1] = _lg16(1 + uint256(spec.computeGflop()) * 1000 / gpus);
        x[2] = _lg16(1 + uint256(spec.dataMB()));
        x[3] = int256(uint256(spec.priority()) * TOP / BPS);
        x[4] = int256(waited < TOP ? waited : TOP);
        x[5] = _lg16(1 + budgetMicro * Weights.SEC_PER_HOUR / (gpus * spec.maxDurationSec()));
    }

    function _ofNode(int256[COUNT] memory x, NodeRecord record) private pure {
        uint256 gpus = record.gpus();
        uint256 free = record.freeGpus();
        int256 compute = int256(record.computeCode() + 16 * uint256(record.computeShift()));
        x[6] = _lg16(free);
        x[7] = _lg16(gpus);
        x[8] = compute;
        x[9] = int256(uint256(record.bandwidthCode()));
        x[10] = int256(uint256(record.latencyCode()));
        x[11] = int256(uint256(record.wattsCode())) - compute;
        x[12] = int256(record.trustBps() * TOP / BPS);
        x[13] = record.flags() & FLAG_GREEN != 0 ? int256(TOP) : int256(0);
        x[14] = int256((gpus - free) * TOP / gpus);
    }

    function _ofPair(int256[COUNT] memory x, WorkloadSpec spec, NodeRecord record, uint256 durationSec)
        private
        pure
    {
        uint256 need = spec.gpus();
        uint256 free = record.freeGpus();
        uint256 transferMs = uint256(spec.dataMB()) * 8 * 1000 / Codes.decode(record.bandwidthCode());
        uint256 transferShare = transferMs * TOP / (durationSec * 1000);
        x[15] = _lg16(durationSec);
        x[16] = int256(transferShare < TOP ? transferShare : TOP);
        x[17] = _lg16(1 + free - need);
        x[18] = free == need ? int256(TOP) : int256(0);
        x[23] = int256(uint256(record.memoryCode())) - int256(uint256(spec.memoryCode()));
    }

    function _ofNetwork(int256[COUNT] memory x, Network memory network) private pure {
        uint256 gpus = network.gpus;
        uint256 free = network.freeGpus;
        x[19] = _lg16(1 + free);
        x[20] = _lg16(1 + gpus);
        x[21] = _lg16(1 + uint256(network.openWorkloads));
        x[22] = gpus == 0 ? int256(0) : int256((gpus - free) * TOP / gpus);
    }

    function _lg16(uint256 value) private pure returns (int256) {
        return int256(Codes.lg16(value));
    }

    /// @dev 16 features fill the first word, the other 8 the upper half of the second.
    function _encode(int256[COUNT] memory x) private pure returns (bytes memory) {
        uint256 first;
        uint256 second;
        for (uint256 i = 0; i < 16; ++i) {
            first = (first << 16) | uint16(int16(x[i]));
        }
        for (uint256 i = 16; i < COUNT; ++i) {
            second = (second << 16) | uint16(int16(x[i]));
        }
        return abi.encodePacked(first, uint128(second));
    }
}
