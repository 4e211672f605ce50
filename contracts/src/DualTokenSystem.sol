// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ERC20Burnable} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Burnable.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Networked, NetworkConfig} from "./base/Networked.sol";
import {IDualTokenSystem} from "./interfaces/IDualTokenSystem.sol";
import {LedgerLine, MAX_MICRO, WEI_PER_MICRO} from "./types/Types.sol";
import {LedgerLines, LineKind} from "./types/LedgerLines.sol";

/// @notice The vault: see IDualTokenSystem.
contract DualTokenSystem is IDualTokenSystem, Networked {
    using SafeERC20 for IERC20;
    using LedgerLines for LedgerLine;

    IERC20 public immutable AICC;

    /// @inheritdoc IDualTokenSystem
    mapping(LedgerLine line => uint256) public balanceMicro;
    /// @inheritdoc IDualTokenSystem
    uint256 public liabilitiesMicro;

    constructor(NetworkConfig memory config) Networked(config) {
        AICC = IERC20(config.aicc);
    }

    /// @inheritdoc IDualTokenSystem
    function deposit(uint256 amountMicro) external {
        _deposit(msg.sender, amountMicro);
    }

    /// @inheritdoc IDualTokenSystem
    function depositFor(address account, uint256 amountMicro) external {
        _deposit(account, amountMicro);
    }

    /// @inheritdoc IDualTokenSystem
    function depositWithPermit(uint256 amountMicro, uint256 deadline, uint8 v, bytes32 r, bytes32 s)
        external
    {
        uint256 amountWei = amountMicro * WEI_PER_MICRO;
        // A permit that somebody else has already sent must not stop the deposit: the allowance decides.
        try IERC20Permit(address(AICC)).permit(msg.sender, address(this), amountWei, deadline, v, r, s) {}
            catch {}
        _deposit(msg.sender, amountMicro);
    }

    /// @inheritdoc IDualTokenSystem
    function withdraw(uint256 amountMicro) external {
        _debit(LedgerLines.available(msg.sender), amountMicro);
        liabilitiesMicro -= amountMicro;
        emit Withdrawn(msg.sender, amountMicro);
        AICC.safeTransfer(msg.sender, amountMicro * WEI_PER_MICRO);
    }

    /// @inheritdoc IDualTokenSystem
    function move(LedgerLine from, LedgerLine to, uint256 amountMicro) external {
        _requireMover(from);
        _move(from, to, amountMicro);
    }

    /// @inheritdoc IDualTokenSystem
    function moveMany(LedgerLine from, Payment[] calldata payments) external {
        _requireMover(from);
        uint256 sumMicro = 0;
        for (uint256 i = 0; i < payments.length; ++i) {
            sumMicro += payments[i].amountMicro;
        }
        _debit(from, sumMicro);
        for (uint256 i = 0; i < payments.length; ++i) {
            _credit(from, payments[i].to, payments[i].amountMicro);
        }
    }

    /// @inheritdoc IDualTokenSystem
    function burnAll() external {
        LedgerLine line = LedgerLines.burned();
        uint256 amountMicro = balanceMicro[line];
        if (amountMicro == 0) return;
        _debit(line, amountMicro);
        liabilitiesMicro -= amountMicro;
        emit Burned(amountMicro);
        ERC20Burnable(address(AICC)).burn(amountMicro * WEI_PER_MICRO);
    }

    /// @inheritdoc IDualTokenSystem
    function availableMicro(address account) external view returns (uint256) {
        return balanceMicro[LedgerLines.available(account)];
    }

    function _deposit(address account, uint256 amountMicro) private {
        require(amountMicro <= MAX_MICRO, AmountTooLarge(amountMicro));
        uint256 liabilities = liabilitiesMicro + amountMicro;
        require(liabilities <= MAX_MICRO, AmountTooLarge(liabilities)); // and so no line can be larger
        liabilitiesMicro = liabilities;
        balanceMicro[LedgerLines.available(account)] += amountMicro;
        emit Deposited(account, amountMicro);
        AICC.safeTransferFrom(msg.sender, address(this), amountMicro * WEI_PER_MICRO);
    }

    function _move(LedgerLine from, LedgerLine to, uint256 amountMicro) private {
        _debit(from, amountMicro);
        _credit(from, to, amountMicro);
    }

    function _credit(LedgerLine from, LedgerLine to, uint256 amountMicro) private {
        require(to.isLine(), NotALine(to));
        if (amountMicro == 0) return; // a split has shares of nothing; they leave no trace
        balanceMicro[to] += amountMicro;
        emit Moved(from, to, amountMicro);
    }

    function _debit(LedgerLine line, uint256 amountMicro) private {
        require(amountMicro <= MAX_MICRO, AmountTooLarge(amountMicro));
        uint256 have = balanceMicro[line];
        require(have >= amountMicro, InsufficientFunds(line, have, amountMicro));
        unchecked {
            balanceMicro[line] = have - amountMicro;
        }
    }

    /// @dev The owner of the kind, and for an account's available line any of the four contracts that lock from it.
    function _requireMover(LedgerLine from) private view {
        LineKind kind = from.kind();
        bool allowed;
        if (kind == LineKind.Available) {
            allowed = msg.sender == address(NODES) || msg.sender == address(WORKLOADS)
                || msg.sender == address(CHAIN) || msg.sender == address(REPORTING);
        } else if (kind == LineKind.Escrow || kind == LineKind.ContestBond) {
            allowed = msg.sender == address(WORKLOADS);
        } else if (kind == LineKind.NodeStake) {
            allowed = msg.sender == address(NODES);
        } else if (kind == LineKind.AuditorStake || kind == LineKind.AuditorPool) {
            allowed = msg.sender == address(REPORTING);
        } else if (kind == LineKind.MatcherBond) {
            allowed = msg.sender == address(CHAIN);
        } else if (kind == LineKind.CommunityFund || kind == LineKind.Treasury) {
            allowed = msg.sender == TIMELOCK;
        }
        // Nobody moves what is to be burned.
        require(allowed, NotYourLine(msg.sender, from));
    }
}
