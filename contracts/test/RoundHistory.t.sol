// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;
import {RoundHistory} from "../src/libraries/RoundHistory.sol";
import {Codes} from "../src/libraries/Codes.sol";
import {NodeRecord, WorkloadSpec} from "../src/types/Types.sol";
import {NodeRecords} from "../src/types/NodeRecordLib.sol";
contract Quick {
    using RoundHistory for RoundHistory.Series;
    RoundHistory.Series s;
    function test_q(uint224 x, uint8 c) external {
        s.write(5, 0); s.write(6,1); s.write(7,1);
        assert(s.at(0)==5 && s.at(1)==7);
        NodeRecord r = NodeRecord.wrap(x & ((1<<216)-1));
        assert(NodeRecord.unwrap(NodeRecords.pack(r.unpack())) == NodeRecord.unwrap(r));
        WorkloadSpec w = WorkloadSpec.wrap(x);
        assert(w.gpus() == x & 0xfff);
        assert(Codes.codeFloor(Codes.decode(c))==c && Codes.codeCeil(Codes.decode(c))==c);
    }
}
