import { suite } from "uvu";
import * as assert from "uvu/assert";
import { DataError, RequestError } from "../../../src/errors.js";
import type { Graph, Tensor } from "../../../src/graph/graph.js";
import { GraphBuilder } from "../../../src/models/builder.js";
import { computedPixels, nearestOthers } from "../../../src/ops/positions.js";
import { evaluateGraph, inferShapes } from "../../../src/ops/walk.js";
import { maskedByEdits } from "../../../src/prune/edits/index.js";
import { DenseAnswers, type Loss } from "../../../src/prune/perforation/answers.js";
import { type ImpactRequest, measureImpact, orderByImpact } from "../../../src/prune/perforation/impact.js";
import { gridMask } from "../../../src/prune/perforation/masks.js";
import { editsOf, findSites, type Perforation, type Site, whole } from "../../../src/prune/perforation/sites.js";
import type { Samples } from "../../../src/prune/segments.js";
import { deriveSeed, normal, uniform } from "../../../src/random.js";
import { smallResNet } from "../../train/networks.js";
import { shifted } from "../../train/shifted.js";
import { fails } from "../expect-error.js";
import { runner } from "../laws.js";

const test = suite("prune/perforation/impact");
const SEED = 3;

function pictures({ inputs: [input] }: Graph, count = 3): Samples {
  const size = input!.shape.reduce((a, b) => a * b);
  const all = Array.from({ length: count }, (_, i) => {
    const next = normal(deriveSeed(SEED, `picture ${i}`));
    return Float32Array.from({ length: size }, () => next());
  });
  return { count, get: (i) => all[i]!, label: (i) => i % 3 };
}

async function requestFor(graph: Graph, loss: Loss, samples = pictures(graph)): Promise<ImpactRequest> {
  const sites = findSites({ graph, shapes: inferShapes(graph), only: undefined }, "all");
  return { graph, sites, answers: await DenseAnswers.run(graph, samples, loss, runner), runner, seed: SEED };
}

/** About a quarter of the pixels. */
const half = (site: Site): Perforation => {
  const mask = gridMask(...site.size, SEED, site.layer);
  return { mask, rung: Math.floor(mask.counts.length / 2) };
};

/** What a function of a picture's answers becomes when one pixel moves by so much of the way to what would replace it. */
class Mover {
  readonly #graph: Graph;
  readonly #value: string;
  readonly #shift: Float64Array;
  readonly #input: Map<string, Tensor>;
  readonly #others: readonly number[];
  readonly #pixel: number;

  constructor(graph: Graph, { layer, size }: Site, picture: Float32Array, pixel: number, computed: readonly number[]) {
    this.#value = graph.nodes.find(({ name }) => name === layer)!.outputs[0]!;
    this.#graph = shifted(graph, this.#value);
    this.#shift = this.#graph.constants.get(`${this.#value}:shift`)!.data as Float64Array;
    const [input] = graph.inputs;
    this.#input = new Map([[input!.name, { shape: input!.shape, data: picture }]]);
    const marks = new Uint8Array(size[0] * size[1]);
    for (const other of computed) marks[other] = 1;
    this.#others = nearestOthers(marks, ...size, pixel);
    this.#pixel = pixel;
  }

  answersAt(share: number, to: "others" | "zero"): ArrayLike<number>[] {
    const x = evaluateGraph({ ...this.#graph, outputs: [this.#value] }, this.#input).get(this.#value)!;
    const [, channels, ...plane] = x.shape as [number, number, number, number];
    const pixels = plane[0]! * plane[1]!;
    this.#shift.fill(0);
    for (let c = 0; c < channels; c++) {
      const mean = this.#others.reduce((sum, p) => sum + x.data[c * pixels + p]! / this.#others.length, 0);
      const wanted = to === "zero" ? 0 : mean;
      this.#shift[c * pixels + this.#pixel] = share * (wanted - x.data[c * pixels + this.#pixel]!);
    }
    const given = evaluateGraph(this.#graph, this.#input);
    return this.#graph.outputs.map((name) => given.get(name)!.data);
  }

  /** The central difference. */
  slope(of: (answers: readonly ArrayLike<number>[]) => number, to: "others" | "zero"): number {
    const apart = 1e-5;
    return (of(this.answersAt(apart, to)) - of(this.answersAt(-apart, to))) / (2 * apart);
  }
}

function crossEntropy(scores: ArrayLike<number>, label: number): number {
  const total = Array.from(scores).reduce((sum, score) => sum + Math.exp(score), 0);
  return Math.log(total) - scores[label]!;
}

/** Impacts of some pixels of every site against differences in float64. */
async function check(graph: Graph, loss: Loss, perforate: (site: Site) => Perforation): Promise<void> {
  const request = await requestFor(graph, loss);
  const { sites, answers } = request;
  const { samples } = answers;
  const perforations = sites.map(perforate);
  const impacts = await measureImpact(request, perforations);
  const masked = maskedByEdits(editsOf(sites, perforations), graph);
  // Signs as they are drawn, picture by picture.
  const next = uniform(deriveSeed(SEED, "impact"));
  const given = evaluateAnswers(graph, samples);
  const slopes = given.map((dense, i) => answers.slopes(dense, i, next).map((list) => Array.from(list)));
  const functionOf = (i: number) => (all: readonly ArrayLike<number>[]) =>
    loss === "labels"
      ? crossEntropy(all[0]!, samples.label!(i)!)
      : all.reduce((sum, list, o) => sum + slopes[i]![o]!.reduce((s, slope, k) => s + slope * list[k]!, 0), 0);
  for (const [s, site] of sites.entries()) {
    const { mask, rung } = perforations[s]!;
    const computed = computedPixels(mask.positions(rung), site.size[1]);
    const largest = Math.max(...impacts[s]!);
    assert.ok(largest > 0, `${site.layer}: nothing is compared`);
    for (const pixel of [computed[0]!, computed.at(-1)!, computed[computed.length >> 1]!]) {
      let meant = 0;
      for (let i = 0; i < samples.count; i++) {
        const mover = new Mover(masked, site, samples.get(i), pixel, computed);
        const slope = mover.slope(functionOf(i), loss === "labels" ? "zero" : "others");
        meant += (loss === "labels" ? Math.abs(slope) : slope * slope) / samples.count;
      }
      const found = impacts[s]![pixel]!;
      assert.ok(Math.abs(found - meant) <= 2e-3 * largest, `${site.layer}, pixel ${pixel}: ${found}, meant ${meant}`);
    }
    const isComputed = new Set(computed);
    impacts[s]!.forEach((impact, pixel) => isComputed.has(pixel) || assert.is(impact, 0));
  }
}

const evaluateAnswers = (graph: Graph, samples: Samples) =>
  Array.from({ length: samples.count }, (_, i) => {
    const [input] = graph.inputs;
    const values = evaluateGraph(graph, new Map([[input!.name, { shape: input!.shape, data: samples.get(i) }]]));
    return graph.outputs.map((name) => Float32Array.from(values.get(name)!.data));
  });

/** Two answers of different kinds: planes, and scores. */
function detector(): Graph {
  const b = new GraphBuilder(3);
  const x = b.relu("relu", b.conv("first", b.input("input", [1, 2, 5, 6]), 4, 3, { bias: true }));
  const boxes = b.conv("boxes", x, 2, 3, { bias: true });
  return b.build("detector", [boxes, b.gemm("scores", b.globalPool(b.conv("deep", x, 5, 3)), 3)]);
}

for (const [what, perforate] of [
  ["the whole network", whole],
  ["a network that is perforated already", half],
] as const) {
  test(`answers: a pixel moves towards its nearest others, in ${what}`, () =>
    check(smallResNet(), "answers", perforate));
  test(`several answers, each in units of its energy, in ${what}`, () => check(detector(), "answers", perforate));
  test(`labels: a pixel moves towards zero, in ${what}`, () => check(smallResNet(), "labels", perforate));
}

test("pixels that are computed come first, and what was known of the others stays", async () => {
  const graph = smallResNet();
  const request = await requestFor(graph, "answers");
  const { sites } = request;
  const before = await measureImpact(request, sites.map(whole));
  const halves = sites.map(half);
  const after = await measureImpact(request, halves, before);
  sites.forEach((site, s) => {
    const computed = new Set(computedPixels(halves[s]!.mask.positions(halves[s]!.rung), site.size[1]));
    const order = orderByImpact(halves[s]!, site, after[s]!);
    assert.equal(
      [...order].sort((a, b) => a - b),
      [...Array(site.pixels).keys()],
    );
    assert.equal(new Set(order.slice(0, computed.size)), computed);
    for (const part of [order.slice(0, computed.size), order.slice(computed.size)])
      part.forEach((pixel, i) => assert.ok(i === 0 || after[s]![part[i - 1]!]! >= after[s]![pixel]!));
    order.slice(computed.size).forEach((pixel) => assert.is(after[s]![pixel], before[s]![pixel]));
  });
});

test("pictures that labels or answers cannot be taken of", async () => {
  const graph = smallResNet();
  const samples = pictures(graph);
  const wrong = (loss: Loss, of: Samples, kind: typeof DataError | typeof RequestError, message: RegExp, on = graph) =>
    fails(() => requestFor(on, loss, of), kind, message);
  const { count } = samples;
  const get = (i: number) => samples.get(i);
  await wrong("labels", { count, get }, RequestError, /^--loss labels: the pictures have no labels/);
  await wrong("labels", { count, get, label: () => 3 }, RequestError, /picture 0 is of class 3, the network has 3/);
  await wrong("labels", pictures(detector()), RequestError, /one output, a score for each class/, detector());
  const dark = { count, get: (i: number) => (i === 1 ? get(i).map(() => NaN) : get(i)) };
  await wrong("answers", dark, DataError, /^picture 1: the answer is not finite/);
  const { gradients: _, ...blind } = runner;
  const request = await requestFor(graph, "answers");
  await fails(() => measureImpact({ ...request, runner: blind }, request.sites.map(whole)), RequestError, /^--mask/);
});

test.run();
