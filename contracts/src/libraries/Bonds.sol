// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {StoredRound} from "../types/StoredRound.sol";

/// @notice What a matcher's rounds lock of its bond: each locks a bond of its own until its window is over. The rounds are
/// a queue in the order in which they were posted (a round names the next one), and the oldest leave it on the way, when
/// their matcher posts or moves its bond. A voided round stays in the queue and locks nothing, and suspends its matcher.
library Bonds {
    /// @dev The queue's ends mean nothing while it is empty.
    struct Account {
        uint64 lockedMicro;
        uint32 oldestRound;
        uint32 newestRound;
        uint32 rounds;
        // Suspended from one round until before the other, FOREVER while it lasts; exact of the present and the next round.
        uint32 suspendedFrom;
        uint32 suspendedUntil;
    }

    uint32 private constant FOREVER = type(uint32).max;

    /// @dev More than a post adds, so that the queue never grows beyond a window of rounds.
    uint256 private constant LEAST_RELEASED = 2;

    /// @notice Takes rounds whose window is over out of the queue: two, and as many more as it takes to free `needMicro`.
    /// @return freeMicro What is locked by none of those that remain.
    function release(
        Account memory account,
        mapping(uint32 round => StoredRound) storage rounds,
        uint32 current,
        uint256 bondMicro,
        uint256 needMicro
    ) internal view returns (uint256 freeMicro) {
        freeMicro = bondMicro - account.lockedMicro;
        for (uint256 i = 0; account.rounds > 0; ++i) {
            if (i >= LEAST_RELEASED && freeMicro >= needMicro) break;
            StoredRound storage oldest = rounds[account.oldestRound];
            if (current <= oldest.lastChallengeRound) break;
            if (!oldest.voided) unlock(account, oldest.bondMicro);
            freeMicro = bondMicro - account.lockedMicro;
            account.oldestRound = oldest.nextRound;
            --account.rounds;
        }
    }

    /// @notice Puts `round`, just posted, at the end of the queue.
    function lock(
        Account memory account,
        mapping(uint32 round => StoredRound) storage rounds,
        uint32 round,
        uint256 bondMicro
    ) internal {
        if (account.rounds == 0) account.oldestRound = round;
        else rounds[account.newestRound].nextRound = round;
        account.newestRound = round;
        account.lockedMicro += uint64(bondMicro);
        ++account.rounds;
    }

    function unlock(Account memory account, uint64 bondMicro) internal pure {
        account.lockedMicro -= bondMicro;
    }

    /// @notice From the round after `current` on, unless it is suspended already.
    function suspend(Account memory account, uint32 current) internal pure {
        if (!isSuspendedIn(account, current)) account.suspendedFrom = current + 1;
        account.suspendedUntil = FOREVER;
    }

    /// @notice Until `current` is over. False if nothing was to be lifted.
    function liftSuspension(Account storage account, uint32 current) internal returns (bool) {
        if (account.suspendedUntil != FOREVER) return false;
        account.suspendedUntil = current + 1;
        return true;
    }

    function isSuspendedIn(Account memory account, uint32 round) internal pure returns (bool) {
        return account.suspendedFrom <= round && round < account.suspendedUntil;
    }
}
