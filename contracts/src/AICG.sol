// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {ERC20Votes} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Votes.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";

/// @notice The token that votes. Its clock is the timestamp, so that periods mean the same on every chain.
/// The whole supply is minted once, to the deployer. A holder votes only after delegating, to itself or another.
contract AICG is ERC20, ERC20Permit, ERC20Votes {
    constructor(uint256 supplyWei) ERC20("AICChain Governance", "AICG") ERC20Permit("AICChain Governance") {
        _mint(msg.sender, supplyWei);
    }

    /// @notice Seconds, not blocks.
    function clock() public view override returns (uint48) {
        return uint48(block.timestamp);
    }

    /// @notice EIP-6372.
    function CLOCK_MODE() public pure override returns (string memory) {
        return "mode=timestamp";
    }

    function nonces(address owner) public view override(ERC20Permit, Nonces) returns (uint256) {
        return super.nonces(owner);
    }

    function _update(address from, address to, uint256 value) internal override(ERC20, ERC20Votes) {
        super._update(from, to, value);
    }
}
