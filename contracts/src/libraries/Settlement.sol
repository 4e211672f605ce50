// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {FeeRates, Split} from "../types/Types.sol";

/// @notice What a client locks and who gets what of it. Every division rounds down and none of its terms falls when the
/// price rises, so whatever is paid for a price up to the budget is covered by the escrow; the refund takes the dust.
library Settlement {
    uint256 private constant BPS = 1e4;

    /// @notice The budget with the fees and the surcharge on top of it.
    function escrowMicro(uint256 budgetMicro, uint256 priority, FeeRates memory rates)
        internal
        pure
        returns (uint256)
    {
        return budgetMicro + _communityFund(budgetMicro, priority, rates)
            + _fee(budgetMicro, rates.auditorsBps) + _matcher(budgetMicro, rates)
            + _fee(budgetMicro, rates.treasuryBps);
    }

    /// @notice The parts add up to the escrow; the node's part is the price.
    function split(uint256 priceMicro, uint256 escrow, uint256 priority, FeeRates memory rates)
        internal
        pure
        returns (Split memory parts)
    {
        parts.nodeMicro = uint64(priceMicro);
        parts.communityFundMicro = uint64(_communityFund(priceMicro, priority, rates));
        parts.auditorsMicro = uint64(_fee(priceMicro, rates.auditorsBps));
        parts.matcherMicro = priceMicro == 0 ? 0 : uint64(_matcher(priceMicro, rates));
        parts.treasuryMicro = uint64(_fee(priceMicro, rates.treasuryBps));
        parts.refundMicro = uint64(
            escrow - priceMicro - parts.communityFundMicro - parts.auditorsMicro - parts.matcherMicro
                - parts.treasuryMicro
        );
    }

    function _communityFund(uint256 priceMicro, uint256 priority, FeeRates memory rates)
        private
        pure
        returns (uint256)
    {
        return _fee(priceMicro, rates.communityFundBps) + priceMicro * rates.surchargeBps * priority
            / (BPS * BPS);
    }

    function _matcher(uint256 priceMicro, FeeRates memory rates) private pure returns (uint256) {
        uint256 fee = _fee(priceMicro, rates.matcherBps);
        return fee < rates.matcherFloorMicro ? rates.matcherFloorMicro : fee;
    }

    function _fee(uint256 priceMicro, uint256 bps) private pure returns (uint256) {
        return priceMicro * bps / BPS;
    }
}
