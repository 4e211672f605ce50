// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {LedgerLine} from "../types/Types.sol";

/// @notice The vault. It is the one place that holds AICC; every unit is in exactly one ledger line, and only
/// `deposit`, `withdraw` and `burnAll` change their sum. Amounts are micro-AICC (1e12 wei).
/// Trust: the four network contracts, fixed at deployment, move money between lines of the kinds they own;
/// the timelock spends the Community Fund and the treasury. Nobody else moves anything but their own available line.
interface IDualTokenSystem {
    struct Payment {
        LedgerLine to;
        uint256 amountMicro;
    }

    error InsufficientFunds(LedgerLine line, uint256 haveMicro, uint256 needMicro);
    error NotYourLine(address caller, LedgerLine line);
    /// @notice No kind or stray bits: money would be lost there.
    error NotALine(LedgerLine line);
    error AmountTooLarge(uint256 amountMicro);

    event Deposited(address indexed account, uint256 amountMicro);
    event Withdrawn(address indexed account, uint256 amountMicro);
    event Burned(uint256 amountMicro);
    event Moved(LedgerLine indexed from, LedgerLine indexed to, uint256 amountMicro);

    /// @notice Takes AICC from the sender (who approved it) into the sender's available line.
    function deposit(uint256 amountMicro) external;
    function depositFor(address account, uint256 amountMicro) external;
    function depositWithPermit(uint256 amountMicro, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external;
    /// @notice Pays from the sender's available line out as AICC.
    function withdraw(uint256 amountMicro) external;
    /// @notice Network contracts and the timelock only, from lines of a kind the caller owns.
    function move(LedgerLine from, LedgerLine to, uint256 amountMicro) external;
    /// @notice All or nothing: the line must hold the sum before anything is paid.
    function moveMany(LedgerLine from, Payment[] calldata payments) external;
    /// @notice Anyone: the AICC in the line of what is to be burned, which nobody moves anything out of, is gone for ever.
    function burnAll() external;
    function balanceMicro(LedgerLine line) external view returns (uint256);
    function availableMicro(address account) external view returns (uint256);
    /// @notice Sum of all lines. The vault's AICC balance is never less.
    function liabilitiesMicro() external view returns (uint256);
}
