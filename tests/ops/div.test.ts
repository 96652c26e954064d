import { broadcastCases, reversedCases } from "./broadcasts.js";
import { operatorSuite, tensor } from "./oracle.js";

const test = operatorSuite("div", {
  meanings: [{ attrs: {}, inputs: [tensor([3], 7, -2, 0), tensor([3], 2, 8, -1)], output: tensor([3], 3.5, -0.25, 0) }],
  cases: { ...broadcastCases("div"), ...reversedCases("div") },
  refused: [[{}, [[2, 3], [2]], /2x3 and 2 do not broadcast/]],
});

test.run();
