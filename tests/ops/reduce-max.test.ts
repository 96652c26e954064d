import { operatorSuite } from "./oracle.js";
import { reductionTests } from "./reductions.js";

operatorSuite("reduce-max", reductionTests("reduce-max", [3, 6], [6, 8])).run();
