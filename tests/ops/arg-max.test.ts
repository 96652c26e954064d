import { operatorSuite } from "./oracle.js";
import { checkTies, placeTests } from "./places.js";

const test = operatorSuite("arg-max", placeTests("arg-max", [0, 0], [2, 1], [1, 0]));

test("of equal elements the first or the last is told", () => checkTies("arg-max"));

test.run();
