/** Operators of one formula, on the engine, against float64: all magnitudes of float32, densely around 0, and what is not finite. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { compile } from "../../src/compile/encode.js";
import { type Graph, sizeOf, type Tensor } from "../../src/graph/graph.js";
import { GraphBuilder } from "../../src/models/builder.js";
import { makeNode, OPS, opOf } from "../../src/ops/index.js";
import { runFile } from "./oracle.js";

const test = suite("ops/formula-accuracy");

/** One rounding of float32, relative. */
const ROUNDING = 2 ** -24;
/** Below this float32 loses digits: errors count in units of its smallest number. */
const SMALLEST_NORMAL = 2 ** -126;
const SMALLEST = 2 ** -149;

/** Largest error allowed: relative to the result, and for results below the normal numbers in units of the smallest one. */
interface Bound {
  readonly attrs?: object;
  readonly relative: number;
  readonly subnormal?: number;
}

/** Every operator that lowers to a formula; a missing one fails. */
const BOUNDS: Readonly<Record<string, Bound>> = {
  abs: { relative: 0 },
  ceil: { relative: 0 },
  celu: { attrs: { alpha: 2 }, relative: 5e-7 },
  elu: { attrs: { alpha: 1 }, relative: 5e-7 },
  erf: { relative: 5e-7 },
  exp: { relative: 2e-7 },
  floor: { relative: 0 },
  gelu: { relative: 2e-6, subnormal: 20 },
  "gelu-tanh": { relative: 2e-5, subnormal: 200 },
  "hard-sigmoid": { attrs: { alpha: 0.25, beta: 0.5 }, relative: 2 * ROUNDING },
  "hard-swish": { relative: 4 * ROUNDING, subnormal: 2 },
  "leaky-relu": { attrs: { alpha: 0.125 }, relative: ROUNDING },
  log: { relative: 3e-7 },
  mish: { relative: 5e-6, subnormal: 100 },
  neg: { relative: 0 },
  reciprocal: { relative: ROUNDING },
  round: { relative: 0 },
  selu: { attrs: { alpha: 1.5, gamma: 1.25 }, relative: 5e-7, subnormal: 2 },
  shrink: { attrs: { lambda: 0.5, bias: 0.25 }, relative: ROUNDING },
  sigmoid: { relative: 4e-7 },
  sign: { relative: 0 },
  silu: { attrs: { alpha: 1 }, relative: 5e-6, subnormal: 100 },
  softplus: { relative: 4e-7 },
  softsign: { relative: 4 * ROUNDING },
  sqrt: { relative: ROUNDING },
  tanh: { relative: 6e-7 },
  "thresholded-relu": { attrs: { alpha: 1 }, relative: 0 },
  trunc: { relative: 0 },
};

/** Steps through the bit patterns of float32, and through -20 to 20. */
function sweep(): Float32Array {
  const patterns = Uint32Array.from({ length: 2 ** 18 }, (_, i) => i * (2 ** 14 + 1));
  const magnitudes = new Float32Array(patterns.buffer).filter((x) => !Number.isNaN(x));
  const dense = Float32Array.from({ length: 80_001 }, (_, i) => (i - 40_000) / 1999);
  const special = [0, -0, Infinity, -Infinity, NaN, SMALLEST, -SMALLEST, SMALLEST_NORMAL, 3.4028234663852886e38];
  return Float32Array.from([...special, ...dense, ...magnitudes]);
}

function isNear(expected: number, actual: number, { relative, subnormal = 1 }: Bound): boolean {
  const rounded = Math.fround(expected);
  if (Object.is(rounded, actual) || rounded === actual) return true;
  // What lies within the bound of the largest number may be infinite.
  if (Math.abs(actual) === Infinity) return Math.abs(expected) * (1 + relative) > 3.4028234663852886e38;
  const unit = subnormal * SMALLEST;
  return Math.abs(actual - expected) <= Math.max(relative * Math.abs(expected), unit);
}

async function outputs(graph: Graph, inputs: ReadonlyMap<string, Tensor>): Promise<Float32Array> {
  return (await runFile(compile(graph), inputs)).outputs["y"]!;
}

/** The first inputs whose results are off, in words. */
function misses(x: Float32Array, expected: ArrayLike<number>, actual: Float32Array, bound: Bound): string[] {
  const found = [...x.keys()].filter((i) => !isNear(expected[i]!, actual[i]!, bound));
  return found.slice(0, 5).map((i) => `of ${x[i]}: expected ${expected[i]}, got ${actual[i]}`);
}

const isFormula = (name: string, attrs: object) => {
  try {
    return OPS.get(name)!.lower(attrs, [{ shape: [1], constant: undefined }]).layer.type === "unary";
  } catch {
    return false;
  }
};

test("every formula has a bound", () => {
  const formulas = [...OPS.keys()].filter((name) => isFormula(name, BOUNDS[name]?.attrs ?? {}));
  assert.equal(formulas.sort(), Object.keys(BOUNDS).sort());
});

const X = sweep();
for (const [name, bound] of Object.entries(BOUNDS)) {
  test(`${name} is within ${bound.relative.toExponential(1)} of the truth`, async () => {
    const b = new GraphBuilder(1);
    const node = makeNode(name as "silu", (bound.attrs ?? {}) as { alpha: number }, ["x"], "y");
    const graph = b.build(name, [b.node("y", node.op, node.attrs, [b.input("x", [X.length])])]);
    const x: Tensor = { shape: [X.length], data: X };
    const [expected] = opOf(node).evaluate(node.attrs, [x]);
    assert.equal(misses(X, expected!.data, await outputs(graph, new Map([["x", x]])), bound), []);
  });
}

test("powers of all pairs of unusual numbers, and of many usual ones", async () => {
  const unusual = [0, -0, 1, -1, 2, -2, 0.5, -0.5, 3, -3, 1e30, -1e30, SMALLEST, Infinity, -Infinity, NaN];
  const usual = Array.from({ length: 200 }, (_, i) => Math.fround(1.37 ** (i - 100)));
  const exponents = [...unusual, ...Array.from({ length: 101 }, (_, i) => Math.fround((i - 50) / 7))];
  const bases = [...unusual, ...usual];
  const b = new GraphBuilder(1);
  const shape = [bases.length, exponents.length];
  const graph = b.build("pow", [b.node("y", "pow", {}, [b.input("x", shape), b.input("e", shape)])]);
  const grid = (of: (row: number, column: number) => number): Tensor => ({
    shape,
    data: Float32Array.from({ length: sizeOf(shape) }, (_, i) => of(Math.floor(i / shape[1]!), i % shape[1]!)),
  });
  const x = grid((row) => bases[row]!);
  const e = grid((_, column) => exponents[column]!);
  const [expected] = OPS.get("pow")!.evaluate({}, [x, e]);
  const actual = await outputs(
    graph,
    new Map([
      ["x", x],
      ["e", e],
    ]),
  );
  assert.equal(misses(x.data as Float32Array, expected!.data, actual, { relative: 1e-7 }), []);
});

test.run();
