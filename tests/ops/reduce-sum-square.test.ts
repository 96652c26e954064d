import { operatorSuite } from "./oracle.js";
import { reductionTests } from "./reductions.js";

operatorSuite("reduce-sum-square", reductionTests("reduce-sum-square", [10, 40], [66, 138])).run();
