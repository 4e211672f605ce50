// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {NodeRecord} from "./Types.sol";

/// @notice The fields of a NodeRecord, at the bits that Types.sol gives them.
library NodeRecords {
    struct Fields {
        uint16 gpus;
        uint16 freeGpus;
        uint8 memoryCode;
        uint8 computeCode;
        uint8 computeShift;
        uint8 bandwidthCode;
        uint8 latencyCode;
        uint8 wattsCode;
        uint8 classId;
        uint16 trustBps;
        uint8 flags;
        uint32 freshUntilRound;
        uint64 askMicroPerGpuHour;
        uint32 matchedRound;
        uint16 matchedEntry;
    }

    uint256 internal constant MAX_GPUS = (1 << 12) - 1;
    uint256 internal constant MAX_ASK = (1 << 40) - 1;

    error FieldTooWide(uint256 value, uint256 bits);

    function pack(Fields memory f) internal pure returns (NodeRecord) {
        uint256 word = _field(f.gpus, 0, 12) | _field(f.freeGpus, 12, 12);
        word |= _field(f.memoryCode, 24, 8) | _field(f.computeCode, 32, 8) | _field(f.computeShift, 40, 5);
        word |= _field(f.bandwidthCode, 45, 8) | _field(f.latencyCode, 53, 8) | _field(f.wattsCode, 61, 8);
        word |= _field(f.classId, 69, 8) | _field(f.trustBps, 77, 14) | _field(f.flags, 91, 5);
        word |= _field(f.freshUntilRound, 96, 32) | _field(f.askMicroPerGpuHour, 128, 40);
        word |= _field(f.matchedRound, 168, 32) | _field(f.matchedEntry, 200, 16);
        return NodeRecord.wrap(uint224(word));
    }

    function unpack(NodeRecord record) internal pure returns (Fields memory f) {
        f.gpus = gpus(record);
        f.freeGpus = freeGpus(record);
        f.memoryCode = memoryCode(record);
        f.computeCode = computeCode(record);
        f.computeShift = computeShift(record);
        f.bandwidthCode = bandwidthCode(record);
        f.latencyCode = latencyCode(record);
        f.wattsCode = wattsCode(record);
        f.classId = classId(record);
        f.trustBps = trustBps(record);
        f.flags = flags(record);
        f.freshUntilRound = freshUntilRound(record);
        f.askMicroPerGpuHour = askMicroPerGpuHour(record);
        f.matchedRound = matchedRound(record);
        f.matchedEntry = matchedEntry(record);
    }

    /// @notice A record of 0 is no node: a registered node has at least one GPU.
    function exists(NodeRecord record) internal pure returns (bool) {
        return NodeRecord.unwrap(record) != 0;
    }

    function gpus(NodeRecord record) internal pure returns (uint16) {
        return uint16(NodeRecord.unwrap(record) & 0xfff);
    }

    function freeGpus(NodeRecord record) internal pure returns (uint16) {
        return uint16((NodeRecord.unwrap(record) >> 12) & 0xfff);
    }

    function memoryCode(NodeRecord record) internal pure returns (uint8) {
        return uint8(NodeRecord.unwrap(record) >> 24);
    }

    function computeCode(NodeRecord record) internal pure returns (uint8) {
        return uint8(NodeRecord.unwrap(record) >> 32);
    }

    function computeShift(NodeRecord record) internal pure returns (uint8) {
        return uint8((NodeRecord.unwrap(record) >> 40) & 0x1f);
    }

    function bandwidthCode(NodeRecord record) internal pure returns (uint8) {
        return uint8(NodeRecord.unwrap(record) >> 45);
    }

    function latencyCode(NodeRecord record) internal pure returns (uint8) {
        return uint8(NodeRecord.unwrap(record) >> 53);
    }

    function wattsCode(NodeRecord record) internal pure returns (uint8) {
        return uint8(NodeRecord.unwrap(record) >> 61);
    }

    function classId(NodeRecord record) internal pure returns (uint8) {
        return uint8(NodeRecord.unwrap(record) >> 69);
    }

    function trustBps(NodeRecord record) internal pure returns (uint16) {
        return uint16((NodeRecord.unwrap(record) >> 77) & 0x3fff);
    }

    function flags(NodeRecord record) internal pure returns (uint8) {
        return uint8((NodeRecord.unwrap(record) >> 91) & 0x1f);
    }

    function freshUntilRound(NodeRecord record) internal pure returns (uint32) {
        return uint32(NodeRecord.unwrap(record) >> 96);
    }

    function askMicroPerGpuHour(NodeRecord record) internal pure returns (uint64) {
        return uint64((NodeRecord.unwrap(record) >> 128) & MAX_ASK);
    }

    function matchedRound(NodeRecord record) internal pure returns (uint32) {
        return uint32(NodeRecord.unwrap(record) >> 168);
    }

    function matchedEntry(NodeRecord record) internal pure returns (uint16) {
        return uint16(NodeRecord.unwrap(record) >> 200);
    }

    function withFreeGpus(NodeRecord record, uint16 value) internal pure returns (NodeRecord) {
        return _with(record, value, 12, 12);
    }

    function withFlags(NodeRecord record, uint8 value) internal pure returns (NodeRecord) {
        return _with(record, value, 91, 5);
    }

    /// @notice The record with the bits of `mask` raised or lowered.
    function withFlag(NodeRecord record, uint8 mask, bool raised) internal pure returns (NodeRecord) {
        uint8 old = flags(record);
        return withFlags(record, raised ? old | mask : old & ~mask);
    }

    function withTrustBps(NodeRecord record, uint16 value) internal pure returns (NodeRecord) {
        return _with(record, value, 77, 14);
    }

    function withFreshUntilRound(NodeRecord record, uint32 value) internal pure returns (NodeRecord) {
        return _with(record, value, 96, 32);
    }

    function withAsk(NodeRecord record, uint64 value) internal pure returns (NodeRecord) {
        return _with(record, value, 128, 40);
    }

    /// @notice The record with `gpus_`, of which so many are free, taken by an entry of a round.
    function occupied(NodeRecord record, uint16 gpus_, uint32 round, uint16 entry)
        internal
        pure
        returns (NodeRecord)
    {
        uint256 word = uint256(NodeRecord.unwrap(record)) - (uint256(gpus_) << 12);
        word = (word & ((1 << 168) - 1)) | (uint256(round) << 168) | (uint256(entry) << 200);
        return NodeRecord.wrap(uint224(word));
    }

    function _with(NodeRecord record, uint256 value, uint256 shift, uint256 bits)
        private
        pure
        returns (NodeRecord)
    {
        uint256 word = NodeRecord.unwrap(record) & ~(((1 << bits) - 1) << shift);
        return NodeRecord.wrap(uint224(word | _field(value, shift, bits)));
    }

    function _field(uint256 value, uint256 shift, uint256 bits) private pure returns (uint256) {
        require(value >> bits == 0, FieldTooWide(value, bits));
        return value << shift;
    }
}
