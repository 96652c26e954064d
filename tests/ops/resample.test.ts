import type { AttrsOf } from "../../src/ops/index.js";
import { operatorSuite, range, single, tensor, value } from "./oracle.js";

type Attrs = AttrsOf<"resample">;
const COORDINATES: readonly Attrs["coordinates"][] = [
  "half_pixel",
  "half_pixel_symmetric",
  "pytorch_half_pixel",
  "align_corners",
  "asymmetric",
  "crop",
];
const MODES: readonly Attrs["mode"][] = ["nearest", "linear", "cubic"];
const NEAREST: readonly Attrs["nearest"][] = ["round_prefer_floor", "round_prefer_ceil", "floor", "ceil"];

const PLAIN = {
  mode: "linear",
  coordinates: "half_pixel",
  nearest: "round_prefer_floor",
  cubic: -0.75,
  excludeOutside: false,
  antialias: false,
  outside: 0,
  axes: [],
  sizes: [],
  scales: [],
  starts: [],
  ends: [],
} as const;

/** Axes from the last one forward, resized to these sizes. */
function resized(shape: readonly number[], sizes: readonly number[], attrs: Partial<Attrs> = {}) {
  const axes = sizes.map((_, i) => shape.length - sizes.length + i);
  const scales = sizes.map((size, i) => size / shape[axes[i]!]!);
  const crop = attrs.coordinates === "crop" ? { starts: axes.map(() => -0.2), ends: axes.map(() => 0.9) } : {};
  return single("resample", { ...PLAIN, axes, sizes, scales, ...crop, ...attrs }, value(...shape));
}

const line = (...data: number[]) => tensor([1, 1, 1, data.length], ...data);
const widened = { axes: [3], sizes: [4], scales: [2] };

const test = operatorSuite("resample", {
  meanings: [
    { attrs: { ...PLAIN, ...widened }, inputs: [line(0, 4)], output: line(0, 1, 3, 4) },
    { attrs: { ...PLAIN, ...widened, mode: "nearest" }, inputs: [line(0, 4)], output: line(0, 0, 4, 4) },
    { attrs: { ...PLAIN, ...widened, coordinates: "asymmetric" }, inputs: [line(0, 4)], output: line(0, 2, 4, 4) },
    { attrs: { ...PLAIN, ...widened, coordinates: "align_corners" }, inputs: [line(0, 3)], output: line(0, 1, 2, 3) },
    {
      attrs: { ...PLAIN, ...widened, coordinates: "crop", starts: [0.5], ends: [2], outside: 9 },
      inputs: [line(0, 4)],
      output: line(2, 4, 9, 9),
    },
    {
      attrs: { ...PLAIN, axes: [3], sizes: [1], scales: [0.25], antialias: true },
      inputs: [line(1, 2, 3, 4)],
      output: line(2.5),
    },
  ],
  cases: {
    "every mode by every way to place points": MODES.flatMap((mode) =>
      COORDINATES.flatMap((coordinates) => [
        resized([2, 3, 5, 7], [9, 13], { mode, coordinates }),
        resized([1, 2, 9, 8], [4, 3], { mode, coordinates, outside: 0.5 }),
        resized([1, 1, 4, 4], [1, 1], { mode, coordinates }),
      ]),
    ),
    "nearest: every rounding": NEAREST.flatMap((nearest) =>
      COORDINATES.map((coordinates) =>
        resized([1, 2, 4, 5], [8, 7], { mode: "nearest", coordinates, nearest, outside: 2 }),
      ),
    ),
    "sizes around whole vectors": range(1, 13).flatMap((size) => [
      resized([1, 2, 3, size], [2 * size]),
      resized([1, 2, 5, 4], [3, size]),
      resized([1, 3, 4, size], [6, size], { scales: [1.5, 1.01] }),
      resized([1, 2, 3, size], [6, 2 * size], { mode: "nearest", coordinates: "asymmetric", nearest: "floor" }),
    ]),
    "cubic at the edges": [true, false].flatMap((excludeOutside) => [
      resized([1, 1, 2, 3], [5, 7], { mode: "cubic", excludeOutside }),
      resized([1, 1, 1, 1], [3, 4], { mode: "cubic", excludeOutside, cubic: -0.5 }),
    ]),
    "shrinking with a wider filter": MODES.slice(1).flatMap((mode) => [
      resized([1, 2, 12, 17], [5, 4], { mode, antialias: true }),
      resized([1, 2, 12, 17], [3, 34], { mode, antialias: true, excludeOutside: true }),
    ]),
    "other axes, all axes, none": [
      resized([2, 3, 4, 2, 2], [3, 7, 3, 5]),
      resized([2, 3], [3, 5]),
      single("resample", { ...PLAIN, axes: [1], sizes: [5], scales: [5 / 3] }, value(2, 3, 4)),
      single("resample", PLAIN, value(2, 3)),
    ],
    "scales that do not divide": [resized([1, 1, 5, 5], [11, 3], { scales: [2.3, 0.6] })],
  },
  refused: [[{ ...PLAIN, axes: [2], sizes: [1], scales: [1] }, [[2, 3]], /axis 2 of an input with 2 axes/]],
});

test.run();
