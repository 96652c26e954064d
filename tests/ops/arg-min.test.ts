import { operatorSuite } from "./oracle.js";
import { checkTies, placeTests } from "./places.js";

const test = operatorSuite("arg-min", placeTests("arg-min", [1, 2], [1, 2], [0, 1]));

test("of equal elements the first or the last is told", () => checkTies("arg-min"));

test.run();
