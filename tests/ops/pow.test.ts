import { broadcastCases, reversedCases } from "./broadcasts.js";
import { operatorSuite, tensor } from "./oracle.js";

const test = operatorSuite("pow", {
  meanings: [
    {
      attrs: {},
      inputs: [tensor([3], 2, -2, 9), tensor([3], 10, 3, -0.5)],
      output: tensor([3], 1024, -8, 0.3333333333333333),
    },
  ],
  cases: { ...broadcastCases("pow"), ...reversedCases("pow") },
  refused: [[{}, [[2, 3], [2]], /2x3 and 2 do not broadcast/]],
});

test.run();
