// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {StoredWorkload, StoredWorkloads} from "../types/StoredWorkload.sol";
import {Status} from "../types/Types.sol";
import {OpenRounds} from "./OpenRounds.sol";
import {HISTORY_ROUNDS} from "./RoundHistory.sol";

/// @notice Where workloads are stored: in a ring of places, taken over from those that are long over, because to write
/// over a word costs a quarter of what a new one does.
///
/// The place of a workload is the low bits of its id, its lap the high ones. A place is taken over from a workload whose
/// money is gone and that was open in no round that a dispute may still ask of. While its holder is not over, whoever
/// comes a lap later is kept under its own id: a place that is held blocks nobody. A workload that was overwritten is unknown.
library WorkloadPlaces {
    using OpenRounds for uint256;
    using StoredWorkloads for StoredWorkload;

    uint256 internal constant PLACE_BITS = 18;
    uint256 internal constant PLACES = 1 << PLACE_BITS;

    struct Places {
        StoredWorkload[PLACES] ring;
        mapping(uint32 id => StoredWorkload) kept;
    }

    /// @notice The workload; one of status None where there is none.
    function find(Places storage places, uint32 id) internal view returns (StoredWorkload storage w) {
        w = places.ring[id % PLACES];
        if (w.lap() != lapOf(id)) w = places.kept[id];
    }

    /// @notice Where a workload that is submitted in `round` goes. All five words must be written.
    function take(Places storage places, uint32 id, uint32 round)
        internal
        view
        returns (StoredWorkload storage w)
    {
        w = places.ring[id % PLACES];
        if (!_isFree(w, round)) w = places.kept[id];
    }

    function lapOf(uint32 id) internal pure returns (uint256) {
        return id >> PLACE_BITS;
    }

    function _isFree(StoredWorkload storage w, uint32 round) private view returns (bool) {
        if (w.status == Status.None) return true;
        return w.isClosed() && w.openRounds().lastEnd() + HISTORY_ROUNDS <= round;
    }
}
