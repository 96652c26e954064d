import { operatorSuite } from "./oracle.js";
import { reductionTests } from "./reductions.js";

operatorSuite(
  "reduce-log-sum",
  reductionTests("reduce-log-sum", [Math.log(4), Math.log(8)], [Math.log(14), Math.log(22)], true),
).run();
