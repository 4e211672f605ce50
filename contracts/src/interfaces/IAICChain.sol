// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ChallengeKind, Entry, Weight, Ineligible} from "../types/Types.sol";

/// @notice Rounds: who runs what. Anyone bonded posts the certified assignment of the current round, once; the hard
/// rules are enforced for each entry as it is posted. Optimality is not checked then: while the round's window lasts,
/// anyone refutes a wrong one with a single pair, and the matcher loses that round's bond.
/// Trust: none in matchers or challengers. Whoever posts or challenges wrongly pays for it; a missing round is posted by
/// anyone in its second half. See docs/PROTOCOL.md, "Who posts, and with what bond" and "Dispute".
interface IAICChain {
    struct Round {
        bytes32 entriesHash; // keccak256(abi.encode(entries)); zero where nothing was posted
        address matcher;
        uint32 cutoff; // the round covers the open workloads with id <= cutoff
        uint16 entryCount;
        uint32 lastChallengeRound; // the last round in which it may be challenged
        uint64 bondMicro; // locked until then, or lost
        bool voided;
    }

    error NotCurrentRound(uint32 round, uint32 current);
    error AlreadyPosted(uint32 round);
    /// @notice In the first half of a round the drawn matcher alone posts; anyone may from the timestamp on.
    error NotDrawn(uint32 round, address drawn, uint256 fromTimestamp);
    /// @notice `haveMicro` is the free bond: what no other round of the matcher locks.
    error BondTooSmall(address matcher, uint256 haveMicro, uint256 needMicro);
    /// @notice Only the free bond leaves; the oldest of the matcher's rounds locks the next part until `untilRound`.
    error BondLocked(address matcher, uint256 freeMicro, uint32 untilRound);
    /// @notice Nothing was posted in the round (lastRound 0), or its window is over.
    error NotChallengeable(uint32 round, uint32 lastRound);
    error AlreadyVoided(uint32 round);
    /// @notice Not the entries that were posted.
    error WrongEntries(uint32 round);
    /// @notice The challenge is of an entry, and the workload has none.
    error NotListed(uint32 workload);
    /// @notice Only a suspended matcher's seat is taken away.
    error NotSuspended(address matcher);
    error CutoffTooLow(uint32 cutoff, uint32 newest, uint256 entries, uint256 fullRound);
    error CutoffTooHigh(uint32 cutoff, uint32 newest);
    error CutoffExceeded(uint256 index, uint32 workload, uint32 cutoff);
    error EntriesNotAscending(uint256 index); // by workload id, strictly
    error NodeTwice(uint32 node);
    error NotEligible(uint256 index, uint32 workload, uint32 node, Ineligible reason);
    error PriceOutOfRange(uint256 index, uint256 costMicro, uint256 priceMicro, uint256 budgetMicro);
    error EntriesTooWide(); // a field exceeds its type, or an amount 2^53 - 1

    event Bonded(address indexed matcher, uint256 bondMicro);
    /// @notice The matcher has a seat in the draw (again, after a suspension), or has lost it, from `fromRound` on. A round
    /// that is voided suspends its matcher without another event.
    event SeatTaken(address indexed matcher, uint32 fromRound);
    event SeatLost(address indexed matcher, uint32 fromRound);
    event RoundPosted(
        uint32 indexed round, address indexed matcher, uint32 cutoff, bytes32 entriesHash, Entry[] entries
    );
    /// @notice The challenge was right. `node` is 0 where it was of an entry; `bondMicro` is what the matcher lost.
    event RoundVoided(
        uint32 indexed round,
        address indexed challenger,
        ChallengeKind kind,
        uint32 workload,
        uint32 node,
        uint64 bondMicro
    );
    /// @notice The challenge was wrong; `bondMicro` is what the challenger lost.
    event ChallengeFailed(
        uint32 indexed round,
        address indexed challenger,
        ChallengeKind kind,
        uint32 workload,
        uint32 node,
        uint64 bondMicro
    );

    // Matchers -------------------------------------------------------------------------------------------------
    /// @notice Adds to the sender's matcher bond, from its available line. With at least the least bond it takes a seat in
    /// the draw, if it has none, and is no longer suspended, both from the next round on.
    function bond(uint256 amountMicro) external;
    /// @notice Takes from the sender's free bond. With less than the least bond left it loses its seat.
    function unbond(uint256 amountMicro) external;
    /// @notice Only while `round` is current, and only once; in its first half only by the drawn matcher, if there is one. What is sent can be seen: whoever copies it and is first has
    /// posted the same round, and takes the matchers' fee. A no-show that its entries match again is dealt with on the way,
    /// at its price in gas: `settle` it before.
    function postRound(uint32 round, uint32 cutoff, Entry[] calldata entries) external;

    // Anyone -------------------------------------------------------------------------------------------------
    /// @notice Takes the seat of a suspended matcher away from it, from the next round on: rounds that draw it are open to
    /// all until then.
    function vacate(address matcher) external;
    /// @notice Says that one pair of `round` breaks E1, or one of its entries E2 or E4 (`node` is then ignored), and brings
    /// the posted entries back. Right: the round is voided, and its bond split among nobody (half), the challenger and
    /// the workload's client. Wrong: the challenger loses challengeBondMicro() of its available line, and the round stands.
    function challenge(
        uint32 round,
        Entry[] calldata entries,
        ChallengeKind kind,
        uint32 workload,
        uint32 node
    ) external returns (bool voided);

    // Views ----------------------------------------------------------------------------------------------------
    function roundOf(uint32 round) external view returns (Round memory);
    function matcherOf(uint32 round) external view returns (address);
    /// @notice What the settlement of a match of `round` depends on; all zero where nothing was posted.
    function standingOf(uint32 round)
        external
        view
        returns (address matcher, uint32 lastChallengeRound, bool voided);
    /// @notice Who alone posts in the first half of `round` (the past within the window, the present, and the next round
    /// as far as it is known); zero: there are no seats, or it is
    /// suspended, and anyone may.
    function drawnMatcher(uint32 round) external view returns (address);
    /// @notice Seats, those of suspended matchers included.
    function seatCount(uint32 round) external view returns (uint32);
    /// @notice The matcher's bond less what its rounds lock whose window is not over.
    function freeBondMicroOf(address matcher) external view returns (uint256);
    /// @notice The bond of a round with that sum of prices, posted now.
    function bondNeededMicro(uint256 pricesMicro) external view returns (uint256);
    /// @notice What a challenger loses now if it is wrong. Without it in its available line a wrong challenge reverts; a right
    /// one needs none.
    function challengeBondMicro() external view returns (uint256);
    /// @notice How often bonds are doubled now, for the rounds that were voided of late.
    function doublings() external view returns (uint256);
    /// @notice The weight of a pair as of `round`, through the policy contract that binds in it.
    function weightOf(uint32 workload, uint32 node, uint32 round) external view returns (Weight memory);
    /// @notice The 24 features of an eligible pair as of `round`, packed big-endian int16.
    function featuresOf(uint32 workload, uint32 node, uint32 round) external view returns (bytes memory);
    function currentRound() external view returns (uint32);
}
