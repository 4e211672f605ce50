// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Networked, NetworkConfig} from "./base/Networked.sol";
import {IComputeNodes} from "./interfaces/IComputeNodes.sol";
import {Parameter} from "./generated/ParameterTable.sol";
import {Codes} from "./libraries/Codes.sol";
import {RoundHistory} from "./libraries/RoundHistory.sol";
import {Trust} from "./libraries/Trust.sol";
import {ClaimsWords} from "./types/ClaimsLib.sol";
import {LedgerLines} from "./types/LedgerLines.sol";
import {Matches} from "./types/MatchLib.sol";
import {NodeRecords} from "./types/NodeRecordLib.sol";
import {
    Claims,
    GpuClass,
    Match,
    Measured,
    NodeRecord,
    FLAG_ACTIVE,
    FLAG_EXCLUDED,
    FLAG_FLAGGED,
    FLAG_GREEN
} from "./types/Types.sol";

/// @notice The nodes of the network: see IComputeNodes.
/// A node that asked to leave has freshUntilRound 0 in its record, which no other node has: it is never fresh again.
contract ComputeNodes is IComputeNodes, Networked, EIP712 {
    using ClaimsWords for Claims;
    using ClaimsWords for uint224;
    using Matches for Match;
    using RoundHistory for RoundHistory.Series;

    /// @dev What audits have shown of a node, and what else the match does not see.
    struct Standing {
        bool audited;
        uint8 computeCode;
        uint8 bandwidthCode;
        uint8 latencyCode;
        uint8 unanswered; // audits in a row
        uint8 cleanAudits; // audits in a row, answered and without discrepancy
        bool restaked; // since it was excluded
        uint32 greenUntilRound;
    }

    struct Node {
        address owner;
        uint32 stakeFreeFromRound; // 0 until it asks to leave
        Standing standing;
    }

    bytes32 private constant GREEN_TYPEHASH =
        keccak256("GreenCertificate(uint32 node,uint32 untilRound,bytes32 nullifier)");
    /// @dev As many as a workload's classMask has bits.
    uint256 private constant MAX_CLASSES = 16;
    uint256 private constant MAX_COMPUTE_SHIFT = 24;
    uint32 private constant NEVER = type(uint32).max;

    /// @inheritdoc IComputeNodes
    uint32 public nodeCount;
    /// @notice Who signs green certificates; nobody while it is zero.
    address public greenIssuer;
    mapping(bytes32 nullifier => bool) public nullifierUsed;

    GpuClass[] private _classes;
    mapping(uint32 node => Node) private _nodes;
    /// @dev By the epoch from which an audit holds the node to them; the match goes by the newest at once.
    mapping(uint32 node => RoundHistory.Series) private _claims;
    mapping(uint32 node => RoundHistory.Series) private _records;
    RoundHistory.Series private _networkGpus; // gpus 64 | freeGpus 64

    constructor(NetworkConfig memory config, GpuClass[] memory classes, address issuer)
        Networked(config)
        EIP712("AICChain", "1")
    {
        for (uint256 i = 0; i < classes.length; ++i) {
            _addGpuClass(classes[i]);
        }
        _setGreenIssuer(issuer);
    }

    modifier onlyOwner(uint32 node) {
        _requireOwner(node);
        _;
    }

    modifier only(address caller) {
        require(msg.sender == caller, NotNetwork(msg.sender));
        _;
    }

    // Node operators -------------------------------------------------------------------------------------------

    /// @inheritdoc IComputeNodes
    function register(Claims calldata claims, uint64 askMicroPerGpuHour, string calldata endpoint)
        external
        returns (uint32 node)
    {
        require(claims.gpus != 0 && claims.gpus <= NodeRecords.MAX_GPUS, BadClaims("gpus", claims.gpus));
        require(claims.classId < _classes.length, UnknownClass(claims.classId));
        _requireAsk(askMicroPerGpuHour);

        node = ++nodeCount;
        _nodes[node].owner = msg.sender;
        _claims[node].write(claims.pack(), _epoch());

        uint16 trustBps = uint16(_parameter(Parameter.initialTrustBps));
        NodeRecords.Fields memory record;
        record.gpus = claims.gpus;
        record.freeGpus = claims.gpus;
        record.classId = claims.classId;
        record.trustBps = trustBps;
        record.flags =
            FLAG_ACTIVE | (trustBps < _parameter(Parameter.flagBelowTrustBps) ? FLAG_FLAGGED : uint8(0));
        record.freshUntilRound = _freshUntil();
        record.askMicroPerGpuHour = askMicroPerGpuHour;
        _boundClaims(record, claims, _nodes[node].standing);

        uint64 stakeMicro = _minStakeMicro(claims.gpus);
        emit NodeRegistered(node, msg.sender, claims, stakeMicro, endpoint);
        _write(node, NodeRecords.pack(record));
        _count(_networkGpus.newest() + _packed(claims.gpus, claims.gpus));
        VAULT.move(LedgerLines.available(msg.sender), LedgerLines.nodeStake(node), stakeMicro);
    }

    /// @inheritdoc IComputeNodes
    function setAsk(uint32 node, uint64 askMicroPerGpuHour) external onlyOwner(node) {
        _requireAsk(askMicroPerGpuHour);
        _write(node, _newest(node).withAsk(askMicroPerGpuHour));
    }

    /// @inheritdoc IComputeNodes
    function setEndpoint(uint32 node, string calldata endpoint) external onlyOwner(node) {
        emit EndpointChanged(node, endpoint);
    }

    /// @inheritdoc IComputeNodes
    function setClaims(uint32 node, Claims calldata claims) external onlyOwner(node) {
        NodeRecords.Fields memory record = _newest(node).unpack();
        require(claims.gpus == record.gpus, BadClaims("gpus", claims.gpus));
        require(claims.classId == record.classId, BadClaims("classId", claims.classId));
        _claims[node].write(claims.pack(), _epoch() + 1);
        emit ClaimsChanged(node, claims);

        _boundClaims(record, claims, _nodes[node].standing);
        _write(node, NodeRecords.pack(record));
    }

    /// @inheritdoc IComputeNodes
    function heartbeat(uint32 node) external onlyOwner(node) {
        _requireStaying(node);
        NodeRecord record = _newest(node);
        uint32 freshUntil = _freshUntil();
        if (record.flags() & FLAG_GREEN != 0) {
            uint32 greenUntil = _nodes[node].standing.greenUntilRound;
            if (greenUntil > _round()) freshUntil = uint32(Math.min(freshUntil, greenUntil));
            else record = record.withFlag(FLAG_GREEN, false); // lapsed: fresh again, but no longer green
        }
        _write(node, record.withFreshUntilRound(freshUntil));
    }

    /// @inheritdoc IComputeNodes
    function pause(uint32 node) external onlyOwner(node) {
        _write(node, _newest(node).withFlag(FLAG_ACTIVE, false));
    }

    /// @inheritdoc IComputeNodes
    function resume(uint32 node) external onlyOwner(node) {
        _requireStaying(node);
        NodeRecord record = _newest(node);
        require(record.flags() & FLAG_EXCLUDED == 0, Excluded(node));
        uint64 stakeMicro = stakeMicroOf(node);
        uint64 wholeMicro = _minStakeMicro(record.gpus());
        if (stakeMicro < wholeMicro) _addStake(node, stakeMicro, wholeMicro - stakeMicro);
        _write(node, record.withFlag(FLAG_ACTIVE, true));
    }

    /// @inheritdoc IComputeNodes
    function presentGreenCertificate(
        uint32 node,
        uint32 untilRound,
        bytes32 nullifier,
        bytes calldata signature
    ) external onlyOwner(node) {
        _requireStaying(node);
        require(!nullifierUsed[nullifier], GreenCertificateUsed(nullifier));
        bytes32 digest = _hashTypedDataV4(keccak256(abi.encode(GREEN_TYPEHASH, node, untilRound, nullifier)));
        bool valid = greenIssuer != address(0) && untilRound > _round()
            && SignatureChecker.isValidSignatureNow(greenIssuer, digest, signature);
        require(valid, BadGreenCertificate(node));

        nullifierUsed[nullifier] = true;
        _nodes[node].standing.greenUntilRound = untilRound;
        emit GreenCertified(node, untilRound);
        // Never fresh longer than the certificate: whoever is green and fresh holds a valid one.
        NodeRecord record = _newest(node).withFlag(FLAG_GREEN, true);
        _write(node, record.withFreshUntilRound(uint32(Math.min(record.freshUntilRound(), untilRound))));
    }

    /// @inheritdoc IComputeNodes
    function restake(uint32 node) external onlyOwner(node) {
        Standing storage standing = _nodes[node].standing;
        NodeRecord record = _newest(node);
        require(record.flags() & FLAG_EXCLUDED != 0, NotExcluded(node));
        require(!standing.restaked, AlreadyRestaked(node));
        _requireStaying(node);
        standing.restaked = true;
        _addStake(node, stakeMicroOf(node), _minStakeMicro(record.gpus()));
    }

    /// @inheritdoc IComputeNodes
    function requestExit(uint32 node) external onlyOwner(node) {
        _requireStaying(node);
        uint32 freeFrom = _round() + uint32(_parameter(Parameter.unbondingRounds));
        _nodes[node].stakeFreeFromRound = freeFrom;
        emit ExitRequested(node, freeFrom);

        NodeRecord record = _newest(node);
        _write(node, record.withFlag(FLAG_ACTIVE, false).withFreshUntilRound(0));
        _count(_networkGpus.newest() - _packed(record.gpus(), record.freeGpus()));
    }

    /// @inheritdoc IComputeNodes
    function withdrawStake(uint32 node) external onlyOwner(node) {
        uint32 freeFrom = _nodes[node].stakeFreeFromRound;
        require(freeFrom != 0, StakeLocked(node, NEVER));
        require(_round() >= freeFrom, StakeLocked(node, freeFrom));
        NodeRecord record = _newest(node);
        uint16 usedGpus = record.gpus() - record.freeGpus();
        require(usedGpus == 0, StillBusy(node, usedGpus));

        uint64 stakeMicro = stakeMicroOf(node);
        emit StakeChanged(node, 0);
        VAULT.move(LedgerLines.nodeStake(node), LedgerLines.available(msg.sender), stakeMicro);
    }

    // Governance -----------------------------------------------------------------------------------------------

    /// @inheritdoc IComputeNodes
    function addGpuClass(GpuClass calldata added) external only(TIMELOCK) returns (uint8 classId) {
        return _addGpuClass(added);
    }

    /// @inheritdoc IComputeNodes
    function setGreenIssuer(address issuer) external only(TIMELOCK) {
        _setGreenIssuer(issuer);
    }

    // Network contracts ----------------------------------------------------------------------------------------

    /// @inheritdoc IComputeNodes
    function occupy(uint32 round, Match[] calldata matches) external only(address(WORKLOADS)) {
        uint224 counted = 0;
        for (uint256 i = 0; i < matches.length; ++i) {
            Match m = matches[i];
            uint32 node = m.node();
            uint16 gpus = m.gpus();
            NodeRecord record = _newest(node);
            uint16 free = record.freeGpus();
            require(free >= gpus, NotEnoughFreeGpus(node, free, gpus));
            // WorkloadMatched has said it.
            _records[node].write(NodeRecord.unwrap(record.occupied(gpus, round, m.entry())), round + 1);
            if (record.freshUntilRound() != 0) counted += gpus;
        }
        if (counted != 0) _count(_networkGpus.newest() - counted);
    }

    /// @inheritdoc IComputeNodes
    function release(Match[] calldata matches) external only(address(WORKLOADS)) {
        uint224 counted = 0;
        for (uint256 i = 0; i < matches.length; ++i) {
            Match m = matches[i];
            uint32 node = m.node();
            uint16 gpus = m.gpus();
            NodeRecord record = _newest(node);
            uint16 free = record.freeGpus();
            uint16 used = record.gpus() - free;
            require(used >= gpus, NotOccupied(node, used, gpus));
            _write(node, record.withFreeGpus(free + gpus));
            if (record.freshUntilRound() != 0) counted += gpus;
        }
        if (counted != 0) _count(_networkGpus.newest() + counted);
    }

    /// @inheritdoc IComputeNodes
    function penalise(uint32 node, uint64 amountMicro, address to)
        external
        only(address(WORKLOADS))
        returns (uint64 takenMicro)
    {
        uint64 stakeMicro = stakeMicroOf(node);
        takenMicro = uint64(Math.min(amountMicro, stakeMicro));
        uint64 leftMicro = stakeMicro - takenMicro;
        emit StakeChanged(node, leftMicro);
        VAULT.move(LedgerLines.nodeStake(node), LedgerLines.available(to), takenMicro);
        if (leftMicro < amountMicro) _write(node, _newest(node).withFlag(FLAG_ACTIVE, false));
    }

    /// @inheritdoc IComputeNodes
    function applyAudit(uint32 node, Measured calldata measured, uint256 discrepancyBps)
        external
        only(address(REPORTING))
    {
        Node storage stored = _nodes[node];
        require(stored.owner != address(0), UnknownNode(node));
        NodeRecords.Fields memory record = _newest(node).unpack();
        Standing memory standing = stored.standing;

        if (measured.answered) {
            _measure(standing, measured, record.computeShift);
            standing.unanswered = 0;
            standing.cleanAudits = discrepancyBps == 0 ? _increment(standing.cleanAudits) : 0;
            record.trustBps = _nextTrustBps(record.trustBps, discrepancyBps);
        } else {
            standing.unanswered = _increment(standing.unanswered);
            standing.cleanAudits = 0;
        }
        _judge(record, standing);
        _boundClaims(record, claimsOf(node), standing);

        stored.standing = standing;
        emit AuditApplied(node, measured, record.trustBps, standing.unanswered, standing.cleanAudits);
        _write(node, NodeRecords.pack(record));
    }

    // Views ----------------------------------------------------------------------------------------------------

    /// @inheritdoc IComputeNodes
    function ownerOf(uint32 node) external view returns (address) {
        return _nodes[node].owner;
    }

    /// @inheritdoc IComputeNodes
    function claimsOf(uint32 node) public view returns (Claims memory) {
        return _claims[node].newest().unpack();
    }

    /// @inheritdoc IComputeNodes
    function claimsAt(uint32 node, uint32 epoch) external view returns (Claims memory claims) {
        claims = _claims[node].at(epoch).unpack();
        require(claims.gpus != 0, UnknownNode(node));
    }

    /// @notice What audits have shown of a node, and until when it is green.
    function standingOf(uint32 node) external view returns (Standing memory) {
        return _nodes[node].standing;
    }

    /// @notice The round from which the stake may leave; 0 until the node asks to leave.
    function stakeFreeFromRound(uint32 node) external view returns (uint32) {
        return _nodes[node].stakeFreeFromRound;
    }

    /// @inheritdoc IComputeNodes
    function stakeMicroOf(uint32 node) public view returns (uint64) {
        return uint64(VAULT.balanceMicro(LedgerLines.nodeStake(node)));
    }

    /// @inheritdoc IComputeNodes
    function gpuClass(uint8 classId) external view returns (GpuClass memory) {
        require(classId < _classes.length, UnknownClass(classId));
        return _classes[classId];
    }

    /// @inheritdoc IComputeNodes
    function recordAt(uint32 node, uint32 round) external view returns (NodeRecord) {
        return NodeRecord.wrap(_records[node].at(round));
    }

    /// @inheritdoc IComputeNodes
    function recordsAt(uint32[] calldata nodes, uint32 round)
        external
        view
        returns (NodeRecord[] memory records)
    {
        records = new NodeRecord[](nodes.length);
        for (uint256 i = 0; i < nodes.length; ++i) {
            records[i] = NodeRecord.wrap(_records[nodes[i]].at(round));
        }
    }

    /// @inheritdoc IComputeNodes
    function networkGpusAt(uint32 round) external view returns (uint64 gpus, uint64 freeGpus) {
        uint256 counters = _networkGpus.at(round);
        return (uint64(counters >> 64), uint64(counters));
    }

    // Steps ----------------------------------------------------------------------------------------------------

    /// @dev What the match counts with: the claim, bounded by the audit or, before the first one, by the class.
    function _boundClaims(NodeRecords.Fields memory record, Claims memory claims, Standing memory standing)
        private
        view
    {
        GpuClass storage class = _classes[claims.classId];
        bool audited = standing.audited;
        uint8 computeBound = audited ? standing.computeCode : class.floorComputeCode;
        uint8 bandwidthBound = audited ? standing.bandwidthCode : class.floorBandwidthCode;
        uint8 latencyBound = audited ? standing.latencyCode : class.ceilingLatencyCode;
        record.memoryCode = claims.memoryCode;
        record.computeShift = class.computeShift;
        record.computeCode = uint8(Math.min(claims.computeCode, computeBound));
        record.bandwidthCode = uint8(Math.min(claims.bandwidthCode, bandwidthBound));
        record.latencyCode = uint8(Math.max(claims.latencyCode, latencyBound));
        record.wattsCode = uint8(Math.max(claims.wattsCode, class.minWattsCode));
    }

    function _measure(Standing memory standing, Measured calldata measured, uint8 computeShift) private pure {
        standing.audited = true;
        standing.computeCode = Codes.codeFloorClamped(measured.computeMflops >> computeShift);
        standing.bandwidthCode = Codes.codeFloorClamped(measured.bandwidthMbps);
        standing.latencyCode = Codes.codeCeilClamped(measured.latencyUs);
    }

    /// @dev Flags and exclusion from trust and the audits in a row. An excluded node comes back no lower than unflagged.
    function _judge(NodeRecords.Fields memory record, Standing memory standing) private view {
        uint16 flagBelow = uint16(_parameter(Parameter.flagBelowTrustBps));
        bool excluded = record.flags & FLAG_EXCLUDED != 0;
        bool reinstated =
            standing.restaked && standing.cleanAudits >= _parameter(Parameter.cleanAuditsToReinstate);
        if (excluded && reinstated) {
            excluded = false;
            standing.restaked = false;
            record.trustBps = uint16(Math.max(record.trustBps, flagBelow));
        } else if (record.trustBps < _parameter(Parameter.excludeBelowTrustBps)) {
            excluded = true;
        }
        bool flagged = record.trustBps < flagBelow || standing.unanswered >= 2;
        record.flags = (record.flags & ~(FLAG_EXCLUDED | FLAG_FLAGGED))
            | (excluded ? FLAG_EXCLUDED : uint8(0)) | (flagged ? FLAG_FLAGGED : uint8(0));
    }

    function _nextTrustBps(uint16 trustBps, uint256 discrepancyBps) private view returns (uint16) {
        return Trust.nextTrustBps(
            trustBps,
            discrepancyBps,
            _parameter(Parameter.discrepancyFactor),
            _parameter(Parameter.trustGainDivisor),
            _parameter(Parameter.trustLossDivisor)
        );
    }

    function _addStake(uint32 node, uint64 stakeMicro, uint64 addedMicro) private {
        emit StakeChanged(node, stakeMicro + addedMicro);
        VAULT.move(LedgerLines.available(msg.sender), LedgerLines.nodeStake(node), addedMicro);
    }

    function _write(uint32 node, NodeRecord record) private {
        uint32 fromRound = _round() + 1;
        _records[node].write(NodeRecord.unwrap(record), fromRound);
        emit NodeRecordWritten(node, fromRound, record);
    }

    /// @dev Counts only nodes that stay: one that asked to leave took all it had out of the counters. Free GPUs are the
    /// lower half; they are never more than the GPUs that hold them, so neither half carries into the other.
    function _count(uint224 counters) private {
        uint32 fromRound = _round() + 1;
        _networkGpus.write(counters, fromRound);
        emit NetworkGpusWritten(fromRound, uint64(counters >> 64), uint64(counters));
    }

    function _packed(uint16 gpus, uint16 freeGpus) private pure returns (uint224) {
        return (uint224(gpus) << 64) | freeGpus;
    }

    function _addGpuClass(GpuClass memory added) private returns (uint8 classId) {
        require(_classes.length < MAX_CLASSES, TooManyClasses(MAX_CLASSES));
        require(added.computeShift <= MAX_COMPUTE_SHIFT, BadClaims("computeShift", added.computeShift));
        classId = uint8(_classes.length);
        _classes.push(added);
        emit GpuClassAdded(classId, added);
    }

    function _setGreenIssuer(address issuer) private {
        greenIssuer = issuer;
        emit GreenIssuerSet(issuer);
    }

    /// @dev The last record written: writes of one round build on each other.
    function _newest(uint32 node) private view returns (NodeRecord record) {
        record = NodeRecord.wrap(_records[node].newest());
        require(record.exists(), UnknownNode(node));
    }

    function _parameter(Parameter parameter) private view returns (uint256) {
        return PARAMETERS.current(parameter);
    }

    function _minStakeMicro(uint16 gpus) private view returns (uint64) {
        return uint64(_parameter(Parameter.minNodeStakeMicroPerGpu) * gpus);
    }

    function _freshUntil() private view returns (uint32) {
        return _round() + uint32(_parameter(Parameter.freshnessRounds));
    }

    function _increment(uint8 count) private pure returns (uint8) {
        return count == type(uint8).max ? count : count + 1;
    }

    function _requireAsk(uint64 askMicroPerGpuHour) private pure {
        require(askMicroPerGpuHour <= NodeRecords.MAX_ASK, AskTooLarge(askMicroPerGpuHour));
    }

    function _requireOwner(uint32 node) private view {
        address owner = _nodes[node].owner;
        require(owner != address(0), UnknownNode(node));
        require(owner == msg.sender, NotOwner(node, msg.sender));
    }

    function _requireStaying(uint32 node) private view {
        require(_nodes[node].stakeFreeFromRound == 0, AlreadyExiting(node));
    }
}
