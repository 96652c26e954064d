import { broadcastCases } from "./broadcasts.js";
import { operatorSuite, tensor } from "./oracle.js";

const test = operatorSuite("prelu", {
  meanings: [{ attrs: {}, inputs: [tensor([3], 7, -2, -1), tensor([3], 3, 5, -1)], output: tensor([3], 7, -10, 1) }],
  cases: { ...broadcastCases("prelu") },
  refused: [[{}, [[3], [2, 3]], /does not broadcast to 3/]],
});

test.run();
