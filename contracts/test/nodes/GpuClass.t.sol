// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IComputeNodes} from "../../src/interfaces/IComputeNodes.sol";
import {GpuClass} from "../../src/types/Types.sol";
import {NetworkFixture} from "../base/NetworkFixture.sol";
import {vm} from "../base/Vm.sol";

/// Classes are added by governance and never change.
contract GpuClassTest is NetworkFixture {
    function test_refusesAnybodyButTheTimelock() external {
        vm.startPrank(outsider);
        vm.expectRevert(abi.encodeWithSelector(IComputeNodes.NotNetwork.selector, outsider));
        nodes.addGpuClass(_class(0));
        vm.expectRevert(abi.encodeWithSelector(IComputeNodes.NotNetwork.selector, outsider));
        nodes.setGreenIssuer(outsider);
    }

    function test_refusesAShiftThatARecordCannotMean() external {
        vm.prank(config.timelock);
        vm.expectRevert(abi.encodeWithSelector(IComputeNodes.BadClaims.selector, "computeShift", 25));
        nodes.addGpuClass(_class(25));
    }

    function test_refusesMoreClassesThanAMaskHasBits() external {
        vm.startPrank(config.timelock);
        for (uint256 i = 2; i < 16; ++i) {
            nodes.addGpuClass(_class(1));
        }
        vm.expectRevert(abi.encodeWithSelector(IComputeNodes.TooManyClasses.selector, 16));
        nodes.addGpuClass(_class(1));
    }

    function test_refusesToShowAClassThatIsNot() external {
        vm.expectRevert(abi.encodeWithSelector(IComputeNodes.UnknownClass.selector, 2));
        nodes.gpuClass(2);
    }

    function test_addsAtTheEnd() external {
        vm.expectEmit(address(nodes));
        emit IComputeNodes.GpuClassAdded(2, _class(3));
        vm.prank(config.timelock);
        vm.assertEq(nodes.addGpuClass(_class(3)), 2);
        vm.assertEq(nodes.gpuClass(2).computeShift, 3);
        vm.assertEq(nodes.gpuClass(0).name, "small");
    }

    function _class(uint8 computeShift) private pure returns (GpuClass memory) {
        return GpuClass("new", computeShift, 1, 1, 1, 1);
    }
}
