import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { distinctShapes, parseShapes } from "../../bench/kernels/shapes.js";
import { RequestError } from "../../src/errors.js";

const test = suite("bench/shapes");

const GOOD: readonly (readonly [line: string, name: string, text: string])[] = [
  ["64x56x56 64 3x3 s1 g1 layer1.conv", "layer1.conv", "64x56x56 64 3x3 s1 g1"],
  ["64x56x56 64 3x3 s1 g1", "", "64x56x56 64 3x3 s1 g1"],
  ["  3x224x224\t64  7x5 s2 g1   stem, first  \r", "stem, first", "3x224x224 64 7x5 s2 g1"],
  ["032x8x8 32 3x3 s1 g32 # 1", "# 1", "32x8x8 32 3x3 s1 g32"],
  ["64x8x8 64 3x3 s1 g1 k0.10 thin", "thin", "64x8x8 64 3x3 s1 g1 k0.1"],
  ["64x8x8 64 3x3 s1 g1 kept", "kept", "64x8x8 64 3x3 s1 g1"],
];

for (const [line, name, text] of GOOD) {
  test(`reads ${JSON.stringify(line)}`, () => {
    const [shape, ...more] = parseShapes(line, "file");
    assert.equal([shape!.name, shape!.text, more.length], [name, text, 0]);
  });
}

test("every number has its place", () => {
  const [shape] = parseShapes("6x2x3 8 5x7 s9 g2 x", "file");
  const { text: _, ...numbers } = shape!;
  assert.equal(numbers, { name: "x", ic: 6, ih: 2, iw: 3, oc: 8, kh: 5, kw: 7, stride: 9, groups: 2, keep: 1 });
});

test("comments and blank lines say nothing", () => {
  assert.is(parseShapes("# a comment\n\n   \n  # another\n1x1x1 1 1x1 s1 g1\n", "file").length, 1);
  assert.equal(parseShapes("", "file"), []);
});

const BAD: readonly (readonly [line: string, message: RegExp])[] = [
  ["64x56 64 3x3 s1 g1", /expected a line such as .*, got "64x56 64 3x3 s1 g1"/],
  ["64x56x56 64 3x3", /expected a line/],
  ["64x56x56 64 3x3 1 1", /expected a line/],
  ["64x56x56 -64 3x3 s1 g1", /expected a line/],
  ["64x56x56 64 3x3 s1 g1.5", /expected a line/],
  ["64x56x56 64 3x3 s0 g1", /every number is 1 or more/],
  ["64x0x56 64 3x3 s1 g1", /every number is 1 or more/],
  ["64x56x56 64 2x3 s1 g1", /kernel 2x3 is even/],
  ["64x56x56 64 3x3 s1 g1 k0.0", /k0 would leave nothing/],
  ["64x56x56 64 3x3 s1 g3", /64 and 64 channels do not divide into 3 groups/],
  ["64x56x56 63 3x3 s1 g64", /64 and 63 channels do not divide/],
];

for (const [line, message] of BAD) {
  test(`refuses "${line}" with its place`, () => {
    assert.throws(
      () => parseShapes(`# first\n\n1x1x1 1 1x1 s1 g1\n${line}\n`, "some.txt"),
      (error: unknown) =>
        error instanceof RequestError && error.message.startsWith("some.txt:4: ") && message.test(error.message),
    );
  });
}

test("equal convolutions are measured once, under all their names", () => {
  const lines = ["4x4x4 4 3x3 s1 g1 a", "4x4x4 4 1x1 s1 g1", "4x4x4 4 3x3  s1 g1 b", "4x4x4 4 3x3 s1 g1 a"];
  const shapes = distinctShapes(parseShapes(lines.join("\n"), "file"));
  assert.equal(
    shapes.map(({ text, name }) => [text, name]),
    [
      ["4x4x4 4 3x3 s1 g1", "a, b"],
      ["4x4x4 4 1x1 s1 g1", ""],
    ],
  );
});

test("the files of bench/shapes are read, each convolution of a file once", () => {
  const folder = join(import.meta.dirname, "../../../bench/shapes");
  const files = readdirSync(folder);
  assert.ok(files.length >= 7);
  for (const file of files) {
    const shapes = parseShapes(readFileSync(join(folder, file), "utf8"), file);
    assert.ok(shapes.length > 0);
    assert.is(distinctShapes(shapes).length, shapes.length, file);
  }
});

test.run();
