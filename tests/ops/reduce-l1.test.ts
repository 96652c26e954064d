import { operatorSuite } from "./oracle.js";
import { reductionTests } from "./reductions.js";

operatorSuite("reduce-l1", reductionTests("reduce-l1", [4, 8], [14, 22])).run();
