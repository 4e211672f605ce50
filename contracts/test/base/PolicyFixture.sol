// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {RLPolicyManager} from "../../src/RLPolicyManager.sol";
import {NetworkFixture} from "./NetworkFixture.sol";
import {vm} from "./Vm.sol";

interface JsonVm {
    function parseJsonBytes(string calldata json, string calldata key) external pure returns (bytes memory);
}

/// @notice The networks that `src/policy/compile.ts` compiled, from vectors/policies.json, in the order of
/// scripts/generate-policies.ts.
library PolicyVectors {
    struct Compiled {
        bytes code;
        bytes weights;
    }

    uint256 internal constant COUNT = 8;
    uint256 internal constant POLICY_32 = 2;
    uint256 internal constant POLICY_64 = 3;
    uint256 internal constant PRIORITY_RAISES_8 = 7;

    function read(uint256 index) internal view returns (Compiled memory) {
        string memory json = vm.readFile("vectors/policies.json");
        string memory key = string.concat(".policies[", vm.toString(index), "]");
        JsonVm reader = JsonVm(address(vm));
        return Compiled({
            code: reader.parseJsonBytes(json, string.concat(key, ".code")),
            weights: reader.parseJsonBytes(json, string.concat(key, ".weights"))
        });
    }
}

/// @notice A network whose policy manager is real.
abstract contract PolicyFixture is NetworkFixture {
    RLPolicyManager internal policies;

    function _deployPolicies() internal virtual override {
        _asDeployer("policies");
        policies = new RLPolicyManager(config);
    }

    function _registerPolicy(uint256 index) internal returns (uint32) {
        PolicyVectors.Compiled memory compiled = PolicyVectors.read(index);
        return policies.register(compiled.code, compiled.weights);
    }

    function _activate(uint32 policy, uint32 fromRound) internal {
        vm.prank(address(timelock));
        policies.activate(policy, fromRound);
    }
}
