import { operatorSuite } from "./oracle.js";
import { reductionTests } from "./reductions.js";

const { E, exp, log } = Math;
const ofPairs = [3 + log(1 + exp(-2)), 6 + log(1 + exp(-4))] as const;
const ofFours = [log(E + E ** 2 + E ** 5 + E ** 6), log(E ** 3 + E ** 4 + E ** 7 + E ** 8)] as const;

operatorSuite("reduce-log-sum-exp", reductionTests("reduce-log-sum-exp", ofPairs, ofFours)).run();
