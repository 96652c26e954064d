import { operatorSuite, range, single, tensor, value } from "./oracle.js";

const test = operatorSuite("flatten", {
  meanings: [
    { attrs: { axis: 1 }, inputs: [tensor([2, 1, 2], 1, 2, 3, 4)], output: tensor([2, 2], 1, 2, 3, 4) },
    { attrs: { axis: 0 }, inputs: [tensor([2, 2], 1, 2, 3, 4)], output: tensor([1, 4], 1, 2, 3, 4) },
  ],
  cases: {
    "at every axis": range(0, 4).map((axis) => single("flatten", { axis }, value(2, 3, 4, 5))),
    "few axes": [0, 1].map((axis) => single("flatten", { axis }, value(7))),
    "no axis": [single("flatten", { axis: 0 }, value())],
  },
  refused: [[{ axis: 3 }, [[2, 3]], /axis 3 of an input with 2 axes/]],
});

test.run();
