// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Settlement} from "../../src/libraries/Settlement.sol";
import {FeeRates, Split} from "../../src/types/Types.sol";
import {VectorTest} from "./VectorTest.sol";

contract SplitVectors is VectorTest {
    uint256[] private budgetMicro;
    uint256[] private paidMicro;
    uint256[] private priority;
    uint256[] private escrowMicro;
    FeeRates[] private rates;

    function setUp() public {
        string memory json = _read("split");
        budgetMicro = _uints(json, ".budgetMicro");
        paidMicro = _uints(json, ".paidMicro");
        priority = _uints(json, ".priority");
        escrowMicro = _uints(json, ".escrowMicro");
        uint256[] memory communityFundBps = _uints(json, ".communityFundBps");
        uint256[] memory auditorsBps = _uints(json, ".auditorsBps");
        uint256[] memory matcherBps = _uints(json, ".matcherBps");
        uint256[] memory treasuryBps = _uints(json, ".treasuryBps");
        uint256[] memory surchargeBps = _uints(json, ".surchargeBps");
        uint256[] memory matcherFloorMicro = _uints(json, ".matcherFloorMicro");
        for (uint256 i = 0; i < budgetMicro.length; ++i) {
            rates.push(
                FeeRates(
                    uint16(communityFundBps[i]),
                    uint16(auditorsBps[i]),
                    uint16(matcherBps[i]),
                    uint16(treasuryBps[i]),
                    uint16(surchargeBps[i]),
                    uint64(matcherFloorMicro[i])
                )
            );
        }
    }

    function test_09_escrow() public view {
        for (uint256 i = 0; i < budgetMicro.length; ++i) {
            _same("escrow", i, Settlement.escrowMicro(budgetMicro[i], priority[i], rates[i]), escrowMicro[i]);
        }
    }

    function test_09_split() public view {
        string memory json = _read("split");
        uint256[] memory node = _uints(json, ".nodeMicro");
        uint256[] memory communityFund = _uints(json, ".communityFundMicro");
        uint256[] memory auditors = _uints(json, ".auditorsMicro");
        uint256[] memory matcher = _uints(json, ".matcherMicro");
        uint256[] memory treasury = _uints(json, ".treasuryMicro");
        uint256[] memory refund = _uints(json, ".refundMicro");
        for (uint256 i = 0; i < node.length; ++i) {
            Split memory parts = Settlement.split(paidMicro[i], escrowMicro[i], priority[i], rates[i]);
            _same("node", i, parts.nodeMicro, node[i]);
            _same("community fund", i, parts.communityFundMicro, communityFund[i]);
            _same("auditors", i, parts.auditorsMicro, auditors[i]);
            _same("matcher", i, parts.matcherMicro, matcher[i]);
            _same("treasury", i, parts.treasuryMicro, treasury[i]);
            _same("refund", i, parts.refundMicro, refund[i]);
        }
    }
}
