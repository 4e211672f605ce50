// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IAICChain} from "../interfaces/IAICChain.sol";

/// @notice A round in three words. What a settlement asks (who posted it, is it final, does it stand) is in one.
struct StoredRound {
    // word 0
    bytes32 entriesHash;
    // word 1
    address matcher; // zero: nothing was posted
    uint32 cutoff;
    uint16 entryCount;
    uint32 lastChallengeRound;
    bool voided;
    // word 2
    uint64 bondMicro;
    uint32 nextRound; // of the same matcher: see Bonds
}

library StoredRounds {
    function toRound(StoredRound storage r) internal view returns (IAICChain.Round memory) {
        return IAICChain.Round({
            entriesHash: r.entriesHash,
            matcher: r.matcher,
            cutoff: r.cutoff,
            entryCount: r.entryCount,
            lastChallengeRound: r.lastChallengeRound,
            bondMicro: r.bondMicro,
            voided: r.voided
        });
    }
}
