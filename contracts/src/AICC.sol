// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Burnable} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Burnable.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {MAX_MICRO, WEI_PER_MICRO} from "./types/Types.sol";

/// @notice The token that workloads are paid in. The whole supply is minted once, to the deployer; nobody can mint more.
/// Whoever holds some can burn it: the vault burns what is lost in a dispute and given to nobody.
contract AICC is ERC20, ERC20Burnable, ERC20Permit {
    /// @notice No supply is larger, so that every sum of money in the network fits MAX_MICRO.
    uint256 public constant MAX_SUPPLY_WEI = MAX_MICRO * WEI_PER_MICRO;

    error SupplyTooLarge(uint256 supplyWei, uint256 maxSupplyWei);

    constructor(uint256 supplyWei) ERC20("AICChain Compute", "AICC") ERC20Permit("AICChain Compute") {
        require(supplyWei <= MAX_SUPPLY_WEI, SupplyTooLarge(supplyWei, MAX_SUPPLY_WEI));
        _mint(msg.sender, supplyWei);
    }
}
