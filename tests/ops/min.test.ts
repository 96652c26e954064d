import { broadcastCases, reversedCases } from "./broadcasts.js";
import { operatorSuite, tensor } from "./oracle.js";

const test = operatorSuite("min", {
  meanings: [{ attrs: {}, inputs: [tensor([3], 7, -2, 0), tensor([3], 3, 5, -1)], output: tensor([3], 3, -2, -1) }],
  cases: { ...broadcastCases("min"), ...reversedCases("min") },
  refused: [[{}, [[2, 3], [2]], /2x3 and 2 do not broadcast/]],
});

test.run();
