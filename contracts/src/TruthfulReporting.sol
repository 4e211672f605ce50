// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Networked, NetworkConfig} from "./base/Networked.sol";
import {Parameter} from "./generated/ParameterTable.sol";
import {IComputeNodes} from "./interfaces/IComputeNodes.sol";
import {IDualTokenSystem} from "./interfaces/IDualTokenSystem.sol";
import {ITruthfulReporting} from "./interfaces/ITruthfulReporting.sol";
import {Audits, Reveal} from "./libraries/Audits.sol";
import {Codes} from "./libraries/Codes.sol";
import {Trust} from "./libraries/Trust.sol";
import {LedgerLines} from "./types/LedgerLines.sol";
import {NodeRecords} from "./types/NodeRecordLib.sol";
import {Claims, Measured, NodeRecord} from "./types/Types.sol";

/// @notice Auditors, what they measured, and what they decide: see ITruthfulReporting.
contract TruthfulReporting is ITruthfulReporting, Networked, EIP712 {
    using NodeRecords for NodeRecord;

    /// @dev Joins, leaves and contests are numbered in one sequence: whoever joined before a contest and had not left
    /// votes in it, and those are as many as auditorCount was when it opened.
    struct Auditor {
        uint32 joined; // its number; 0: no stake here
        uint32 left; // 0 while it serves
        uint32 busyUntilRound; // exclusive: a reveal may be due until then
        uint32 stakeFreeFromRound;
    }

    struct Contest {
        uint32 opened; // 0: none is open
        uint32 deadlineRound; // the last in which a vote counts
        uint32 electorate;
        uint32 upholds;
        uint32 rejects;
    }

    bytes32 private constant REPORT_TYPEHASH = keccak256(
        "Report(uint32 node,uint32 epoch,uint16 gpus,uint32 latencyUs,uint32 bandwidthMbps,uint64 computeMflops,uint32 watts)"
    );
    /// @dev In the place of a commitment that was revealed. No hash is ever this.
    bytes32 private constant REVEALED = bytes32(uint256(1));
    uint32 private constant NEVER = type(uint32).max;

    /// @inheritdoc ITruthfulReporting
    uint32 public auditorCount;
    uint32 private _sequence;
    uint32 private _contestsUntilRound; // exclusive: a vote may be due until then
    mapping(address account => Auditor) private _auditors;
    mapping(uint32 number => address) private _auditorByNumber;
    mapping(uint32 workload => Contest) private _contests;
    mapping(uint32 opened => mapping(address auditor => bool)) private _voted;

    /// @inheritdoc ITruthfulReporting
    mapping(uint32 node => mapping(uint32 epoch => bytes32)) public reportDigest;
    mapping(uint32 epoch => mapping(address auditor => bytes32)) private _commitments;
    mapping(uint32 node => mapping(uint32 epoch => Reveal[])) private _reveals;
    mapping(uint32 node => uint32 epoch) private _openFrom; // audits before it are closed

    constructor(NetworkConfig memory config) Networked(config) EIP712("AICChain", "1") {
        require(config.epochRounds >= 3, EpochTooShort(config.epochRounds));
    }

    // Auditors -------------------------------------------------------------------------------------------------

    /// @inheritdoc ITruthfulReporting
    function registerAuditor() external {
        require(_auditors[msg.sender].joined == 0, AlreadyAuditor(msg.sender));
        uint256 stakeMicro = PARAMETERS.current(Parameter.auditorStakeMicro);
        uint32 number = ++_sequence;
        _auditors[msg.sender].joined = number;
        _auditorByNumber[number] = msg.sender;
        ++auditorCount;
        emit AuditorRegistered(msg.sender, uint64(stakeMicro));
        VAULT.move(LedgerLines.available(msg.sender), LedgerLines.auditorStake(msg.sender), stakeMicro);
    }

    /// @inheritdoc ITruthfulReporting
    function requestExit() external {
        Auditor storage auditor = _serving(msg.sender);
        uint256 freeFrom = _round() + PARAMETERS.current(Parameter.unbondingRounds);
        freeFrom = Math.max(freeFrom, Math.max(auditor.busyUntilRound, _contestsUntilRound));
        auditor.left = ++_sequence;
        auditor.stakeFreeFromRound = uint32(freeFrom);
        --auditorCount;
        emit AuditorExitRequested(msg.sender, uint32(freeFrom));
    }

    /// @inheritdoc ITruthfulReporting
    function withdrawStake() external {
        Auditor memory auditor = _auditors[msg.sender];
        require(auditor.joined != 0, NotAuditor(msg.sender));
        require(auditor.left != 0, StakeLocked(msg.sender, NEVER));
        require(_round() >= auditor.stakeFreeFromRound, StakeLocked(msg.sender, auditor.stakeFreeFromRound));
        delete _auditors[msg.sender];
        emit AuditorLeft(msg.sender);
        uint256 stakeMicro = VAULT.balanceMicro(LedgerLines.auditorStake(msg.sender));
        VAULT.move(LedgerLines.auditorStake(msg.sender), LedgerLines.available(msg.sender), stakeMicro);
    }

    /// @inheritdoc ITruthfulReporting
    function commitMeasurements(uint32 epoch, bytes32 commitment) external {
        _requirePhase(epoch, true);
        Auditor storage auditor = _serving(msg.sender);
        require(_commitments[epoch][msg.sender] == 0, AlreadyCommitted(msg.sender, epoch));
        _commitments[epoch][msg.sender] = commitment;
        auditor.busyUntilRound = (epoch + 1) * EPOCH_ROUNDS;
        emit MeasurementsCommitted(msg.sender, epoch, commitment);
    }

    /// @inheritdoc ITruthfulReporting
    function revealMeasurements(uint32 epoch, Measurement[] calldata measurements, bytes32 salt) external {
        _requirePhase(epoch, false);
        bytes32 commitment =
            keccak256(abi.encode(block.chainid, address(this), msg.sender, epoch, measurements, salt));
        require(_commitments[epoch][msg.sender] == commitment, RevealMismatch(msg.sender, epoch));
        _commitments[epoch][msg.sender] = REVEALED;

        uint32 number = _auditors[msg.sender].joined;
        uint32 previous = 0;
        for (uint256 i = 0; i < measurements.length; ++i) {
            Measurement calldata seen = measurements[i];
            require(seen.node > previous, NodesNotAscending(i));
            previous = seen.node;
            _reveals[seen.node][epoch].push(
                Reveal(number, seen.answered, seen.latencyUs, seen.bandwidthMbps, seen.computeMflops)
            );
        }
        emit MeasurementsRevealed(msg.sender, epoch, measurements);
    }

    /// @inheritdoc ITruthfulReporting
    function voteContest(uint32 workload, bool uphold) external {
        Contest storage contest = _contests[workload];
        uint32 opened = contest.opened;
        require(opened != 0 && _round() <= contest.deadlineRound, NoContest(workload));
        Auditor memory auditor = _auditors[msg.sender];
        bool joinedBefore = auditor.joined != 0 && auditor.joined < opened;
        require(joinedBefore && (auditor.left == 0 || auditor.left > opened), NotAuditor(msg.sender));
        require(!_voted[opened][msg.sender], AlreadyVoted(workload, msg.sender));

        _voted[opened][msg.sender] = true;
        emit ContestVoted(workload, msg.sender, uphold);
        uint256 votes = uphold ? ++contest.upholds : ++contest.rejects;
        if (2 * votes > contest.electorate) {
            delete _contests[workload];
            WORKLOADS.resolveContest(workload, uphold);
        }
    }

    // Nodes ----------------------------------------------------------------------------------------------------

    /// @inheritdoc ITruthfulReporting
    function commitReport(
        uint32 node,
        uint32 epoch,
        uint16 gpus,
        uint32 latencyUs,
        uint32 bandwidthMbps,
        uint64 computeMflops,
        uint32 watts,
        bytes calldata signature
    ) external {
        _requirePhase(epoch, true);
        address owner = NODES.ownerOf(node);
        require(msg.sender == owner, NotOwner(node, msg.sender));
        require(reportDigest[node][epoch] == 0, AlreadyCommitted(msg.sender, epoch));
        bytes32 digest = _hashTypedDataV4(
            keccak256(
                abi.encode(REPORT_TYPEHASH, node, epoch, gpus, latencyUs, bandwidthMbps, computeMflops, watts)
            )
        );
        bool signed = SignatureChecker.isValidSignatureNowCalldata(owner, digest, signature);
        require(signed, BadReportSignature(node, epoch));
        reportDigest[node][epoch] = digest;
        emit ReportCommitted(node, epoch, digest);
    }

    // Anyone ---------------------------------------------------------------------------------------------------

    /// @inheritdoc ITruthfulReporting
    function closeAudits(uint32 epoch, uint32[] calldata nodes) external {
        require(epoch < _epoch(), WrongPhase(epoch, _round()));
        for (uint256 i = 0; i < nodes.length; ++i) {
            _closeAudit(nodes[i], epoch);
        }
    }

    // AIWorkloads ----------------------------------------------------------------------------------------------

    /// @inheritdoc ITruthfulReporting
    function openContest(uint32 workload, uint32 deadlineRound) external {
        require(msg.sender == address(WORKLOADS), NotNetwork(msg.sender));
        _contests[workload] = Contest(++_sequence, deadlineRound, auditorCount, 0, 0);
        _contestsUntilRound = uint32(Math.max(_contestsUntilRound, deadlineRound + 1));
    }

    // Views ----------------------------------------------------------------------------------------------------

    /// @inheritdoc ITruthfulReporting
    function isAuditor(address account) external view returns (bool) {
        return _isServing(_auditors[account]);
    }

    /// @inheritdoc ITruthfulReporting
    function currentEpoch() public view returns (uint32) {
        return _epoch();
    }

    /// @inheritdoc ITruthfulReporting
    function trustOf(uint32 node) public view returns (uint16) {
        return NODES.recordAt(node, _round() + 1).trustBps(); // the newest: writes bind from the next round
    }

    // ----------------------------------------------------------------------------------------------------------

    function _closeAudit(uint32 node, uint32 epoch) private {
        require(NODES.ownerOf(node) != address(0), IComputeNodes.UnknownNode(node));
        require(epoch >= _openFrom[node], AlreadyClosed(node, epoch));
        Reveal[] memory reveals = _reveals[node][epoch];
        uint8 count = uint8(Math.min(reveals.length, type(uint8).max));
        uint16 trustBefore = trustOf(node);
        if (reveals.length < PARAMETERS.current(Parameter.auditQuorum)) {
            emit AuditClosed(node, epoch, count, 0, trustBefore, trustBefore);
            return;
        }
        _openFrom[node] = epoch + 1;
        delete _reveals[node][epoch];
        Claims memory claims = NODES.claimsAt(node, epoch);
        Measured memory measured = Audits.aggregate(reveals);
        uint256 discrepancyBps = measured.answered ? _discrepancyBps(claims, measured) : 0;
        NODES.applyAudit(node, measured, discrepancyBps);
        emit AuditClosed(node, epoch, count, discrepancyBps, trustBefore, trustOf(node));
        _payAuditors(reveals, measured.answered);
    }

    /// @dev That of the worst metric.
    function _discrepancyBps(Claims memory claims, Measured memory measured)
        private
        view
        returns (uint256 worst)
    {
        uint256 claimedMflops =
            Codes.decode(claims.computeCode) << NODES.gpuClass(claims.classId).computeShift;
        worst = Trust.discrepancyBps(
            Codes.decode(claims.latencyCode),
            measured.latencyUs,
            PARAMETERS.current(Parameter.latencyToleranceBps),
            true
        );
        uint256 bandwidth = Trust.discrepancyBps(
            Codes.decode(claims.bandwidthCode),
            measured.bandwidthMbps,
            PARAMETERS.current(Parameter.bandwidthToleranceBps),
            false
        );
        uint256 compute = Trust.discrepancyBps(
            claimedMflops, measured.computeMflops, PARAMETERS.current(Parameter.computeToleranceBps), false
        );
        return Math.max(worst, Math.max(bandwidth, compute));
    }

    /// @dev A measurement counted if it is on the side of the majority about whether the node answered. In the order of
    /// the reveals, as long as the pool lasts.
    function _payAuditors(Reveal[] memory reveals, bool answered) private {
        uint256 rewardMicro = PARAMETERS.current(Parameter.auditRewardMicro);
        if (rewardMicro == 0) return;
        uint256 affordable = VAULT.balanceMicro(LedgerLines.auditorPool()) / rewardMicro;
        uint256 count = Math.min(affordable, Audits.countAnswered(reveals, answered));
        IDualTokenSystem.Payment[] memory payments = new IDualTokenSystem.Payment[](count);
        for (uint256 i = 0; count > 0; ++i) {
            if (reveals[i].answered != answered) continue;
            address auditor = _auditorByNumber[reveals[i].auditor];
            payments[payments.length - count] =
                IDualTokenSystem.Payment(LedgerLines.available(auditor), rewardMicro);
            --count;
        }
        VAULT.moveMany(LedgerLines.auditorPool(), payments);
    }

    function _serving(address account) private view returns (Auditor storage auditor) {
        auditor = _auditors[account];
        require(_isServing(auditor), NotAuditor(account));
    }

    function _isServing(Auditor storage auditor) private view returns (bool) {
        return auditor.joined != 0 && auditor.left == 0;
    }

    /// @dev Commitments in the first two thirds of the epoch, reveals in the rest.
    function _requirePhase(uint32 epoch, bool committing) private view {
        uint32 round = _round();
        bool inCommitPhase = uint256(round % EPOCH_ROUNDS) * 3 < uint256(EPOCH_ROUNDS) * 2;
        require(epoch == round / EPOCH_ROUNDS && inCommitPhase == committing, WrongPhase(epoch, round));
    }
}
