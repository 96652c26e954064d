import { suite } from "uvu";
import * as assert from "uvu/assert";
import { DataError, ModelError } from "../../src/errors.js";
import type { Graph, Tensor } from "../../src/graph/graph.js";
import { GraphBuilder } from "../../src/models/builder.js";
import { evaluateGraph } from "../../src/ops/walk.js";
import { ValueGradients } from "../../src/train/value-gradients.js";
import { fails } from "../prune/expect-error.js";
import { BUILD, seededBatch } from "./differences.js";
import { smallResNet } from "./networks.js";
import { shifted } from "./shifted.js";

const test = suite("train/value-gradients");

/** Of all answers: the sum of squares, each weighed by its place. */
const slopes = (answer: ArrayLike<number>) => Float64Array.from(answer, (v, k) => (k + 1) * v);
const loss = (answer: ArrayLike<number>) => Array.from(answer).reduce((sum, v, k) => sum + ((k + 1) * v * v) / 2, 0);

/** Values and gradients of three images against the float64 meaning, and central differences of it. */
async function check(graph: Graph, values: readonly string[], threads = 1): Promise<void> {
  const { images } = seededBatch(graph, 3, 2);
  const gradients = await ValueGradients.open(graph, { values, batch: 4, build: BUILD, threads });
  try {
    for (let run = 0; run < 2; run++) {
      gradients.run(
        images.map(({ data }) => data as Float32Array),
        (answers) => answers.map(slopes),
      );
    }
    for (const name of values) images.forEach((image, i) => checkValue(graph, name, image, gradients, i));
  } finally {
    gradients.dispose();
  }
}

function checkValue(graph: Graph, name: string, image: Tensor, gradients: ValueGradients, i: number): void {
  const other = shifted(graph, name);
  const { data: shift } = other.constants.get(`${name}:shift`)!;
  const run = () => evaluateGraph(other, new Map([[graph.inputs[0]!.name, image]]));
  const meant = run();
  gradients.value(name, i).forEach((v, at) => assert.ok(Math.abs(v - meant.get(name)!.data[at]!) < 1e-4, name));
  const total = () => {
    const given = run();
    return other.outputs.reduce((sum, output) => sum + loss(given.get(output)!.data), 0);
  };
  const found = gradients.gradient(name, i);
  const largest = Math.max(...found.map(Math.abs));
  assert.ok(largest > 1e-6, `${name}: nothing is compared`);
  const [apart, stride] = [1e-5, Math.max(1, Math.floor(found.length / 12))];
  for (let at = 0; at < found.length; at += stride) {
    const [above, below] = [apart, -apart].map((by) => {
      shift[at] = by;
      return total();
    });
    shift[at] = 0;
    const slope = (above! - below!) / (2 * apart);
    assert.ok(Math.abs(slope - found[at]!) <= 1e-3 * largest, `${name}[${at}]: ${found[at]}, difference ${slope}`);
  }
}

const convolutions = ({ nodes }: Graph) => nodes.filter(({ op }) => op === "conv").map(({ outputs }) => outputs[0]!);

test("behind convolutions, through batch norms as they are at inference", async () => {
  const graph = smallResNet();
  await check(graph, convolutions(graph));
});

test("in front of activations that convolutions compute along, on threads", async () => {
  const graph = smallResNet({ norm: false });
  await check(graph, convolutions(graph), 2);
});

test("of several answers, one of which another comes from, and is asked for itself", async () => {
  const b = new GraphBuilder(3);
  const first = b.relu("relu", b.conv("first", b.input("input", [1, 2, 6, 7]), 4, 3, { bias: true }));
  const middle = b.conv("middle", first, 3, 3);
  const last = b.gemm("last", b.globalPool(middle), 5);
  const side = b.conv("side", first, 2, 1);
  await check(b.build("several", [middle, side, last]), ["first", "middle", "side"]);
});

test("what has no gradient is named, and so is an image of another size", async () => {
  const b = new GraphBuilder(3);
  const first = b.conv("first", b.input("input", [1, 2, 4, 4]), 4, 3);
  const graph = b.build("sorted", [b.node("best", "arg-max", { axis: 1, keepDims: true, last: false }, [first])]);
  await fails(
    () => ValueGradients.open(graph, { values: ["first"], batch: 1 }),
    ModelError,
    /no gradient for arg-max \(best\), and values in front/,
  );
  const other = smallResNet();
  const gradients = await ValueGradients.open(other, { values: convolutions(other), batch: 1 });
  await fails(async () => gradients.run([new Float32Array(5)], () => []), DataError, /images of 216 numbers, got 5/);
  gradients.dispose();
});

test.run();
