import { operatorSuite } from "./oracle.js";
import { reductionTests } from "./reductions.js";

operatorSuite("reduce-prod", reductionTests("reduce-prod", [3, 12], [60, 672])).run();
