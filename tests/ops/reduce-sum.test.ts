import { operatorSuite } from "./oracle.js";
import { reductionTests } from "./reductions.js";

operatorSuite("reduce-sum", reductionTests("reduce-sum", [4, 8], [14, 22])).run();
