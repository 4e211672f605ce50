// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Parameter} from "../../src/generated/ParameterTable.sol";
import {IAICChain} from "../../src/interfaces/IAICChain.sol";
import {IAIWorkloads} from "../../src/interfaces/IAIWorkloads.sol";
import {Ineligible, Weight} from "../../src/types/Types.sol";
import {FullNetwork} from "../base/FullNetwork.sol";
import {PolicyVectors} from "../base/PolicyFixture.sol";
import {vm} from "../base/Vm.sol";

contract WeightOfTest is FullNetwork {
    // Refusals

    function test_refusesAWorkloadThatIsNot() external {
        vm.expectRevert(abi.encodeWithSelector(IAIWorkloads.UnknownWorkload.selector, 9));
        chain.weightOf(9, 1, 5);
    }

    function test_featuresOfAnIneligiblePairAreRefused() external {
        (uint32 workload, uint32 node) = _matched();
        uint32 round = _round() + 1;
        vm.expectRevert(
            abi.encodeWithSelector(
                IAICChain.NotEligible.selector, 0, workload, node, Ineligible.WorkloadNotOpen
            )
        );
        chain.featuresOf(workload, node, round);
    }

    // What it says

    function test_ofAnIneligiblePairSaysWhyAndHowLong() external {
        (uint32 workload, uint32 node) = _open();
        _assertIneligible(chain.weightOf(workload, node + 1, _round()), Ineligible.NotRegistered, 0);
        vm.prank(operator);
        nodes.pause(node);
        _assertIneligible(chain.weightOf(workload, node, _round() + 1), Ineligible.Inactive, 0);
        vm.prank(operator);
        nodes.resume(node);
        _skipRounds(12);
        _assertIneligible(chain.weightOf(workload, node, _round()), Ineligible.Stale, 101);
    }

    function test_underPriceAloneIsTheBudgetLessTheCost() external {
        (uint32 workload, uint32 node) = _open();
        Weight memory w = chain.weightOf(workload, node, _round());
        vm.assertEq(uint256(w.ineligible), uint256(Ineligible.None));
        vm.assertEq(w.durationSec, 101);
        vm.assertEq(w.costMicro, _costMicro(workload, node));
        vm.assertEq(w.penalty, 0);
        vm.assertEq(w.qualityMicro, 0);
        vm.assertEq(w.greenMicro, 0);
        vm.assertEq(w.weightMicro, int256(BUDGET - w.costMicro));
    }

    function test_greenIsChargedToEnergyWithoutACertificate() external {
        (uint32 workload, uint32 node) = _open();
        vm.prank(address(timelock));
        parameters.set(Parameter.greenMicroPerKWh, 100 * ONE);
        vm.assertEq(chain.weightOf(workload, node, _round()).greenMicro, 0);
        // 352 W on 202 GPU-seconds are 0.01975 kWh.
        Weight memory w = chain.weightOf(workload, node, _round() + 1);
        vm.assertEq(w.greenMicro, 1_975_112);
        vm.assertEq(w.weightMicro, int256(uint256(BUDGET)) - int256(w.costMicro + w.greenMicro));
    }

    function test_goesThroughThePolicyThatBindsInTheRound() external {
        (uint32 workload, uint32 node) = _open();
        _activate(_registerPolicy(PolicyVectors.POLICY_32), 0);
        vm.assertEq(chain.weightOf(workload, node, _round()).penalty, 0);
        _skipRounds(1);
        uint32 round = _round();
        Weight memory w = chain.weightOf(workload, node, round);
        vm.assertEq(w.penalty, policies.penaltyAt(round, chain.featuresOf(workload, node, round)));
        uint256 micro = uint256(w.penalty) * parameters.current(Parameter.maxPenaltyMicroPerGpuHour);
        vm.assertEq(w.qualityMicro, (micro * 202 + 65_535 * 3_600 - 1) / (65_535 * 3_600));
    }

    /// @dev Invariant 10: what later rounds bring changes nothing of what is said of this one.
    function test_10_thePastNeverChanges() external {
        (uint32 workload, uint32 node) = _open();
        uint32 round = _round();
        bytes memory weight = abi.encode(chain.weightOf(workload, node, round));
        bytes memory features = chain.featuresOf(workload, node, round);

        vm.prank(operator);
        nodes.setAsk(node, 5);
        vm.prank(address(timelock));
        parameters.set(Parameter.greenMicroPerKWh, 100 * ONE);
        _activate(_registerPolicy(PolicyVectors.POLICY_32), 0);
        _submit(_job());
        _match(workload, node, uint64(ONE));
        for (uint256 i = 0; i < 300; ++i) {
            vm.assertEq(abi.encode(chain.weightOf(workload, node, round)), weight);
            vm.assertEq(chain.featuresOf(workload, node, round), features);
            _skipRounds(1);
            _heartbeat(node);
        }
    }

    function _assertIneligible(Weight memory w, Ineligible reason, uint256 durationSec) private pure {
        vm.assertEq(uint256(w.ineligible), uint256(reason));
        vm.assertEq(w.durationSec, durationSec);
        vm.assertEq(w.costMicro, 0);
        vm.assertEq(w.weightMicro, 0);
    }
}
