import { operatorSuite } from "./oracle.js";
import { reductionTests } from "./reductions.js";

operatorSuite(
  "reduce-l2",
  reductionTests("reduce-l2", [Math.sqrt(10), Math.sqrt(40)], [Math.sqrt(66), Math.sqrt(138)]),
).run();
