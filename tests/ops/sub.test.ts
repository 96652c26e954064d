import { broadcastCases, reversedCases } from "./broadcasts.js";
import { operatorSuite, tensor } from "./oracle.js";

const test = operatorSuite("sub", {
  meanings: [{ attrs: {}, inputs: [tensor([3], 7, -2, 0), tensor([3], 3, 5, -1)], output: tensor([3], 4, -7, 1) }],
  cases: { ...broadcastCases("sub"), ...reversedCases("sub") },
  refused: [[{}, [[2, 3], [2]], /2x3 and 2 do not broadcast/]],
});

test.run();
