// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Entry} from "../../src/types/Types.sol";
import {VectorTest} from "./VectorTest.sol";

/// @notice Canonical rounds: the hash that the chain would keep, and E1, E2, E4 of docs/PROTOCOL.md on every pair.
contract CertificateVectors is VectorTest {
    uint256[] private workloads;
    uint256[] private nodes;
    int256[] private weightMicro; // row by row; -1: not feasible
    uint256[] private costMicro;
    mapping(uint256 workload => int256) private u;
    mapping(uint256 node => Entry) private entryOf;
    mapping(uint256 workload => mapping(uint256 node => uint256)) private cell; // 1 + index of the pair

    function test_09_entriesHash() public view {
        string memory json = _read("certificate");
        uint256 rounds = JSON.parseJsonUint(json, ".roundCount");
        for (uint256 r = 0; r < rounds; ++r) {
            bytes32 expected = JSON.parseJsonBytes32(json, _key(r, "entriesHash"));
            require(
                keccak256(abi.encode(_entries(json, r))) == expected,
                string.concat("hash of ", _key(r, "entries"))
            );
        }
    }

    function test_09_certificates_hold() public {
        string memory json = _read("certificate");
        uint256 rounds = JSON.parseJsonUint(json, ".roundCount");
        for (uint256 r = 0; r < rounds; ++r) {
            Entry[] memory entries = _entries(json, r);
            _load(json, r, entries);
            for (uint256 i = 0; i < entries.length; ++i) {
                _addsUp(entries[i]);
                _isPriced(entries[i]);
            }
            _noPairIsWorthMore();
            _unload(entries);
        }
    }

    /// @dev E2.
    function _addsUp(Entry memory entry) private view {
        uint256 pair = cell[entry.workload][entry.node] - 1;
        _same("u + v", pair, int256(uint256(entry.uMicro + entry.vMicro)), weightMicro[pair]);
        _same("price", pair, entry.priceMicro, costMicro[pair] + entry.vMicro);
    }

    /// @dev E4.
    function _isPriced(Entry memory entry) private view {
        if (entry.uMicro == 0) {
            _same("next where u = 0", entry.workload, entry.next, 0);
            _same("rank where u = 0", entry.workload, entry.rank, 0);
            return;
        }
        require(entry.next != entry.node, "next is the node itself");
        uint256 pair = cell[entry.workload][entry.next] - 1;
        Entry memory pricing = entryOf[entry.next];
        _same("u + v(next)", pair, int256(uint256(entry.uMicro + pricing.vMicro)), weightMicro[pair]);
        require(pricing.workload == 0 || pricing.rank < entry.rank, "the rank of next is not lower");
    }

    /// @dev E1.
    function _noPairIsWorthMore() private view {
        for (uint256 w = 0; w < workloads.length; ++w) {
            for (uint256 c = 0; c < nodes.length; ++c) {
                int256 weight = weightMicro[w * nodes.length + c];
                int256 duals = u[workloads[w]] + int256(uint256(entryOf[nodes[c]].vMicro));
                require(
                    weight <= duals, Differs("u + v below the weight", w * nodes.length + c, duals, weight)
                );
            }
        }
    }

    function _load(string memory json, uint256 r, Entry[] memory entries) private {
        workloads = _uints(json, _key(r, "workloads"));
        nodes = _uints(json, _key(r, "nodes"));
        weightMicro = _ints(json, _key(r, "weightMicro"));
        costMicro = _uints(json, _key(r, "costMicro"));
        for (uint256 i = 0; i < weightMicro.length; ++i) {
            cell[workloads[i / nodes.length]][nodes[i % nodes.length]] = 1 + i;
        }
        for (uint256 i = 0; i < entries.length; ++i) {
            u[entries[i].workload] = int256(uint256(entries[i].uMicro));
            entryOf[entries[i].node] = entries[i];
        }
    }

    function _unload(Entry[] memory entries) private {
        for (uint256 i = 0; i < weightMicro.length; ++i) {
            delete cell[workloads[i / nodes.length]][nodes[i % nodes.length]];
        }
        for (uint256 i = 0; i < entries.length; ++i) {
            delete u[entries[i].workload];
            delete entryOf[entries[i].node];
        }
    }

    function _entries(string memory json, uint256 r) private pure returns (Entry[] memory entries) {
        entries = new Entry[](JSON.parseJsonUint(json, _key(r, "entryCount")));
        if (entries.length == 0) return entries;
        uint256[] memory workload = _uints(json, _key(r, "entries.workload"));
        uint256[] memory node = _uints(json, _key(r, "entries.node"));
        uint256[] memory uMicro = _uints(json, _key(r, "entries.uMicro"));
        uint256[] memory vMicro = _uints(json, _key(r, "entries.vMicro"));
        uint256[] memory priceMicro = _uints(json, _key(r, "entries.priceMicro"));
        uint256[] memory next = _uints(json, _key(r, "entries.next"));
        uint256[] memory rank = _uints(json, _key(r, "entries.rank"));
        for (uint256 i = 0; i < entries.length; ++i) {
            entries[i].workload = uint32(workload[i]);
            entries[i].node = uint32(node[i]);
            entries[i].uMicro = uint64(uMicro[i]);
            entries[i].vMicro = uint64(vMicro[i]);
            entries[i].priceMicro = uint64(priceMicro[i]);
            entries[i].next = uint32(next[i]);
            entries[i].rank = uint16(rank[i]);
        }
    }

    function _key(uint256 r, string memory column) private pure returns (string memory) {
        return string.concat(".rounds[", JSON.toString(r), "].", column);
    }
}
