import { answersApart } from "../answers.js";
import { applyEdits } from "../edits/index.js";
import { maskEdit, type MaskEdit } from "../edits/mask.js";
import { weightsEdit } from "../edits/weights.js";
import type { Ladder } from "../ladders.js";
import { descend } from "../latency/ladders.js";
import type { Layer } from "../layers.js";
import { chooseGrids } from "../obs/grids.js";
import { type KeptCount, refitMasks } from "../obs/refit-masks.js";
import { linear } from "../obs/rows.js";
import { evolve } from "../particle-filter.js";
import type { Compressor } from "../reconstruct/compressor.js";
import { stages } from "../progress.js";
import { type Decision, definePlanMethod, type MethodContext } from "./method.js";
import { choice } from "./option.js";
import { hasTaps, kernelOf, layersOf } from "./weight-groups.js";

/**
 * Of each kernel only taps (i, j) stay with i - n and j - n multiples of a stride m. All kernels that act on one input channel share
 * m and n, so the rows of the lowered matrix that the others would read are never made.
 */
export const strided = definePlanMethod({
  name: "strided",
  summary:
    "taps on a grid of stride m and offset n, for each input channel the one that loses least for the multiply-adds saved",
  paper:
    "Anwar, Hwang, Sung 2015, Structured Pruning of Deep Convolutional Neural Networks, section 3 (intra-kernel strided sparsity)",
  removes: "taps that all output channels share",
  needs: ["weights"],
  uses: ["samples"],
  budgets: ["macs", "ms"],
  scopes: ["global", "local"],
  options: {
    per: choice("what shares stride and offset", ["channel", "layer"], "channel"),
    select: choice(
      "which channels lose what: by the energy of their weights; by what the outputs miss when the taps that stay make up for it; or by an evolutionary particle filter, which weighs exchanges by the network's answers (both need --data)",
      ["energy", "reconstruction", "particles"],
      "energy",
    ),
  },
  async plan(context) {
    const layers = layersOf(context, hasTaps, "all kernels are 1x1: there are no taps to choose from");
    const grids = layers.flatMap((layer) => gridsOf(layer, context.options.per));
    const editsFor = (chosen: readonly number[]) => layers.flatMap((layer) => gridMask(layer, grids, chosen) ?? []);
    const readersOf = (name: string) => layers.find((layer) => layer.name === name)!.readers;
    const progress = stages(context.onProgress, [Number(context.keep!.kind === "ms"), 2]);
    const { rungs, ...found } = await descend({ ...context, onProgress: progress() }, grids, editsFor, readersOf);
    const then = { ...context, onProgress: progress() };
    if (context.options.select === "particles") {
      return { ...found, ...(await evolveGrids(then, grids, rungs, editsFor)) };
    }
    const decision = { ...found, edits: editsFor(rungs) };
    if (context.options.select === "energy") return decision;
    return refitMasks(then, decision, gridsBySurgeon(context.options.per));
  },
});

/** The mask of a layer in which each of its channels has the grid that was chosen. */
function gridMask(layer: Layer, grids: readonly Grids[], rungs: readonly number[]) {
  const bits = new Uint8Array(bitCount(layer));
  grids.forEach((grid, i) => {
    if (grid.layer !== layer.name) return;
    for (const channel of grid.channels) bits.set(grid.taps[rungs[i]!]!, channel * grid.taps[0]!.length);
  });
  return maskEdit(layer, channelsPerGroup(layer), bits);
}

/** Pictures on which particles are weighed, how many particles there are, rounds, and the share of grids that a disturbance moves. */
const EVOLUTION = { pictures: 100, particles: 12, rounds: 8, moved: 0.03 } as const;

/** Grids exchanged between channels of a layer, so that the budget stays met, by what that does to the network's answers. */
async function evolveGrids(
  context: MethodContext,
  grids: readonly Grids[],
  start: readonly number[],
  editsFor: (rungs: readonly number[]) => readonly MaskEdit[],
): Promise<Decision> {
  if (editsFor(start).length === 0) return {};
  const { graph, runner, seed } = context;
  const apart = await answersApart(graph, context.samples(), EVOLUTION.pictures, runner);
  const { particles, rounds } = EVOLUTION;
  let done = 0;
  const errorOf = async (rungs: readonly number[]) => {
    context.onProgress(++done, particles * rounds + 1);
    return apart(applyEdits(editsFor(rungs), graph));
  };
  const disturb = (rungs: readonly number[], next: () => number) => exchange(grids, rungs, next);
  return { edits: editsFor(await evolve({ start, disturb, errorOf, particles, rounds, seed })) };
}

/** Some pairs of channels of a layer exchange their grids, where both have grids of the other's cost. */
function exchange(grids: readonly Grids[], rungs: readonly number[], next: () => number): readonly number[] {
  const moved = [...rungs];
  const draw = (count: number) => Math.floor(next() * count);
  for (let i = 0; i < Math.max(1, EVOLUTION.moved * grids.length); i++) {
    const one = draw(grids.length);
    const peers = [...grids.keys()].filter((other) => grids[other]!.layer === grids[one]!.layer);
    const other = peers[draw(peers.length)]!;
    const costOf = (grid: number) => grids[grid]!.costs[moved[grid]!]!;
    const [toOne, toOther] = [grids[one]!.costs.indexOf(costOf(other)), grids[other]!.costs.indexOf(costOf(one))];
    if (toOne >= 0 && toOther >= 0) [moved[one], moved[other]] = [toOne, toOther];
  }
  return moved;
}

/** As many taps as stay by energy, at most, chosen and refitted by the optimal brain surgeon. */
const gridsBySurgeon =
  (per: "channel" | "layer"): Compressor<KeptCount>["realise"] =>
  (target, { weights: kept }, layer) => {
    const [oc, ic] = target.shape;
    const channels = [...Array(ic).keys()];
    const sets = per === "channel" ? channels.map((channel) => [channel]) : [channels];
    const keep = Math.floor(kept / oc);
    const { rows, weights } = chooseGrids(linear(target), sets, patterns(...kernelOf(layer)), keep);
    return { filter: weights, edit: (bias) => weightsEdit(layer, oc, rows, weights, bias) };
  };

/** Some input channels of a layer (all of its groups counted through), and the grids that they may keep. */
interface Grids extends Ladder {
  readonly channels: readonly number[];
  /** For each rung 1 for the taps that stay. */
  readonly taps: readonly Uint8Array[];
}

/** Output channels that read an input channel: those of its group. */
const channelsPerGroup = ({ node, filter }: Layer) =>
  filter.shape[0]! / ("groups" in node.attrs ? node.attrs.groups : 1);

const bitCount = (layer: Layer) => layer.filter.data.length / channelsPerGroup(layer);

function gridsOf(layer: Layer, per: "channel" | "layer"): Grids[] {
  const taps = kernelOf(layer)[0] * kernelOf(layer)[1];
  const channels = [...Array(bitCount(layer) / taps).keys()];
  const energy = measure(layer, channels, new Uint8Array(taps)).lost || 1;
  const sets = per === "channel" ? channels.map((channel) => [channel]) : [channels];
  return sets.map((set) => {
    const rungs = patterns(...kernelOf(layer)).map((pattern) => ({ pattern, ...measure(layer, set, pattern) }));
    const kept = climbable(rungs);
    return {
      layer: layer.name,
      channels: set,
      taps: kept.map(({ pattern }) => pattern),
      costs: kept.map(({ weights }) => weights * layer.macsPerWeight),
      losses: kept.map(({ lost }) => lost / energy),
    };
  });
}

/** All grids of taps, every tap first. Strides that leave the same taps come once. */
export function patterns(kh: number, kw: number): Uint8Array[] {
  const found = new Map<string, Uint8Array>();
  for (let m = 1; m <= Math.max(kh, kw); m++) {
    for (let n = 0; n < m; n++) {
      const on = (i: number) => i >= n && (i - n) % m === 0;
      const taps = Uint8Array.from({ length: kh * kw }, (_, t) => Number(on(Math.floor(t / kw)) && on(t % kw)));
      if (taps.includes(1) && !found.has(taps.join())) found.set(taps.join(), taps);
    }
  }
  return [...found.values()];
}

/** Weights other than zero that stay, and the energy of those that go. */
function measure(layer: Layer, channels: readonly number[], pattern: Uint8Array): { weights: number; lost: number } {
  const { data, shape } = layer.filter;
  const [taps, icg, ocg] = [pattern.length, shape[1]!, channelsPerGroup(layer)];
  let [weights, lost] = [0, 0];
  for (const channel of channels) {
    const [group, c] = [Math.floor(channel / icg), channel % icg];
    for (let o = group * ocg; o < (group + 1) * ocg; o++) {
      for (let tap = 0; tap < taps; tap++) {
        const weight = data[(o * icg + c) * taps + tap]!;
        if (!pattern[tap]) lost += weight * weight;
        else if (weight !== 0) weights++;
      }
    }
  }
  return { weights, lost };
}

/** Those than which none both costs and loses less, by cost, the whole first. */
function climbable<Rung extends { weights: number; lost: number }>(rungs: readonly Rung[]): Rung[] {
  const sorted = [...rungs].sort((a, b) => b.weights - a.weights || a.lost - b.lost);
  const kept: Rung[] = [];
  for (const rung of sorted) {
    while (kept.length > 0 && kept.at(-1)!.lost >= rung.lost && kept.at(-1)!.weights > rung.weights) kept.pop();
    if (kept.length === 0 || kept.at(-1)!.weights > rung.weights) kept.push(rung);
  }
  return kept;
}
