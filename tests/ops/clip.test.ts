import { operatorSuite, range, single, tensor, value } from "./oracle.js";

const BOUNDS = [
  { min: 0, max: 6 },
  { min: -0.5, max: 0.5 },
  { min: -Infinity, max: 0.25 },
  { min: -0.25, max: Infinity },
  { min: -Infinity, max: Infinity },
  { min: 0.5, max: 0.5 },
  { min: 0, max: Infinity },
];

const test = operatorSuite("clip", {
  meanings: [
    { attrs: { min: -1, max: 2 }, inputs: [tensor([5], -3, -1, 0, 2, 9)], output: tensor([5], -1, -1, 0, 2, 2) },
    { attrs: { min: 0, max: Infinity }, inputs: [tensor([2], -3, 1e30)], output: tensor([2], 0, 1e30) },
  ],
  cases: {
    "every kind of bounds": BOUNDS.map((bounds) => single("clip", bounds, value(2, 3, 5))),
    "sizes around whole vectors": [...range(1, 9), 31, 32, 33].map((n) =>
      single("clip", { min: -0.5, max: 1 }, value(n)),
    ),
  },
});

test.run();
