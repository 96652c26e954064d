import { broadcastCases, reversedCases } from "./broadcasts.js";
import { operatorSuite, tensor } from "./oracle.js";

const test = operatorSuite("max", {
  meanings: [{ attrs: {}, inputs: [tensor([3], 7, -2, 0), tensor([3], 3, 5, -1)], output: tensor([3], 7, 5, 0) }],
  cases: { ...broadcastCases("max"), ...reversedCases("max") },
  refused: [[{}, [[2, 3], [2]], /2x3 and 2 do not broadcast/]],
});

test.run();
