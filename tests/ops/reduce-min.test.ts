import { operatorSuite } from "./oracle.js";
import { reductionTests } from "./reductions.js";

operatorSuite("reduce-min", reductionTests("reduce-min", [1, 2], [1, 3])).run();
