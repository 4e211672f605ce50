// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Eligibility} from "../../src/libraries/Eligibility.sol";
import {Weights} from "../../src/libraries/Weights.sol";
import {Ineligible, NodeRecord, Weight, WorkloadSpec} from "../../src/types/Types.sol";
import {VectorTest} from "./VectorTest.sol";

contract WeightVectors is VectorTest {
    uint256[] private spec;
    uint256[] private record;
    uint256[] private round;
    uint256[] private budgetMicro;
    uint256[] private penalty;
    uint256[] private maxPenaltyMicroPerGpuHour;
    uint256[] private greenMicroPerKWh;
    uint256[] private flagBelowTrustBps;
    bool[] private open;
    uint256[] private ineligible;

    function setUp() public {
        string memory json = _read("weight");
        spec = _uints(json, ".spec");
        record = _uints(json, ".record");
        round = _uints(json, ".round");
        budgetMicro = _uints(json, ".budgetMicro");
        penalty = _uints(json, ".penalty");
        maxPenaltyMicroPerGpuHour = _uints(json, ".maxPenaltyMicroPerGpuHour");
        greenMicroPerKWh = _uints(json, ".greenMicroPerKWh");
        flagBelowTrustBps = _uints(json, ".flagBelowTrustBps");
        open = _bools(json, ".open");
        ineligible = _uints(json, ".ineligible");
    }

    function test_09_eligibility() public view {
        for (uint256 i = 0; i < spec.length; ++i) {
            _same("reason", i, uint256(_reason(i)), ineligible[i]);
        }
    }

    function test_09_weight() public view {
        string memory json = _read("weight");
        uint256[] memory durationSec = _uints(json, ".durationSec");
        uint256[] memory costMicro = _uints(json, ".costMicro");
        uint256[] memory qualityMicro = _uints(json, ".qualityMicro");
        uint256[] memory greenMicro = _uints(json, ".greenMicro");
        int256[] memory weightMicro = _ints(json, ".weightMicro");
        for (uint256 i = 0; i < spec.length; ++i) {
            Weight memory weight = _weight(i);
            _same("ineligible", i, uint256(weight.ineligible), ineligible[i]);
            _same("durationSec", i, weight.durationSec, durationSec[i]);
            _same("costMicro", i, weight.costMicro, costMicro[i]);
            _same("qualityMicro", i, weight.qualityMicro, qualityMicro[i]);
            _same("greenMicro", i, weight.greenMicro, greenMicro[i]);
            _same("weightMicro", i, weight.weightMicro, weightMicro[i]);
            _same("penalty", i, weight.penalty, ineligible[i] == 0 ? penalty[i] : 0);
        }
    }

    /// @dev As `AICChain.weightOf`: hard rules first.
    function _weight(uint256 i) private view returns (Weight memory) {
        Ineligible reason = _reason(i);
        if (reason != Ineligible.None) return Weights.ofIneligible(_spec(i), _record(i), reason);
        return Weights.weigh(
            _spec(i),
            _record(i),
            budgetMicro[i],
            Weights.durationSec(_spec(i), _record(i)),
            penalty[i],
            maxPenaltyMicroPerGpuHour[i],
            greenMicroPerKWh[i]
        );
    }

    function _reason(uint256 i) private view returns (Ineligible) {
        return
            Eligibility.reasonAgainst(_spec(i), _record(i), uint32(round[i]), open[i], flagBelowTrustBps[i]);
    }

    function _spec(uint256 i) private view returns (WorkloadSpec) {
        return WorkloadSpec.wrap(spec[i]);
    }

    function _record(uint256 i) private view returns (NodeRecord) {
        return NodeRecord.wrap(uint224(record[i]));
    }
}
