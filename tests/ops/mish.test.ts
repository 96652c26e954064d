import { formulaCases } from "./formulas.js";
import { operatorSuite, tensor } from "./oracle.js";

const test = operatorSuite("mish", {
  meanings: [
    {
      attrs: {},
      inputs: [tensor([3], -3, 0.5, 4)],
      output: tensor([3], -0.14564746127562458, 0.37524521130489513, 3.9974128069762385),
    },
  ],
  cases: formulaCases("mish", {}),
});

test.run();
