import { Kernel } from "../../../assembly/abi.js";
import { ModelError } from "../../errors.js";
import type { Weights } from "../../gen/network.js";
import { formatShape, type Shape, sizeOf } from "../shape.js";
import { behind, type Place, type Site } from "../site.js";
import { checkVector, checkWeights, fillBroadcast } from "../weights.js";
import { type LayerRule, noMacs, one, type OpOf } from "./layer.js";

type Op = OpOf<"normalise">;

/** Throws a `ModelError` unless the weights broadcast from the right to `shape`. */
function checkBroadcast(weights: Weights | undefined, what: string, shape: Shape): void {
  if (!weights) return;
  checkWeights(weights, what, weights.shape.length);
  const skipped = shape.length - weights.shape.length;
  if (skipped < 0 || weights.shape.some((size, i) => size !== 1 && size !== shape[skipped + i])) {
    throw new ModelError(
      `${what} of shape ${formatShape(weights.shape)} does not fit the normalised ${formatShape(shape)}`,
    );
  }
}

function checkNeighbours(op: Op, x: Shape): void {
  if (x.length < 2) throw new ModelError(`expected an input with 2 axes or more, got ${x.length}`);
  if (op.size < 1 || op.axis !== 0 || op.groups !== 0 || op.scale || op.bias) {
    throw new ModelError("neighbours have a size and neither axis, groups, scale nor bias");
  }
  if (!(op.epsilon > 0 && op.alpha >= 0 && Number.isFinite(op.beta))) {
    throw new ModelError(`neighbours with epsilon ${op.epsilon}, alpha ${op.alpha}, beta ${op.beta}`);
  }
}

function checkGroups(op: Op, x: Shape): void {
  if (x.length < 2) throw new ModelError(`expected an input with 2 axes or more, got ${x.length}`);
  if (op.axis !== 0) throw new ModelError("there are groups and an axis; only one of them can be");
  if (x[1]! % op.groups !== 0) throw new ModelError(`${x[1]} channels do not divide into ${op.groups} groups`);
  checkVector(op.scale, "scale", x[1]!);
  checkVector(op.bias, "bias", x[1]!);
}

function checkAxis(op: Op, x: Shape): void {
  if (op.axis >= x.length) throw new ModelError(`axis ${op.axis} of an input with ${x.length} axes`);
  checkBroadcast(op.scale, "scale", x.slice(op.axis));
  checkBroadcast(op.bias, "bias", x.slice(op.axis));
}

export const normalise: LayerRule<"normalise"> = {
  inputs: one,
  shape(op, [x]) {
    if (!(op.epsilon >= 0)) throw new ModelError(`epsilon is ${op.epsilon}, expected 0 or more`);
    if (op.kind === "neighbours") checkNeighbours(op, x!);
    else if (op.size !== 0 || op.alpha !== 0 || op.beta !== 0) throw new ModelError("only neighbours have a size");
    else if (op.groups > 0) checkGroups(op, x!);
    else checkAxis(op, x!);
    return x!;
  },
  macs: noMacs,
  clamps: true,
  adds: false,
  view: false,
  plan(op, site) {
    if (op.kind === "neighbours") return planNeighbours(op, site);
    const shape = site.output.shape;
    const rows = op.groups > 0 ? shape[0]! * op.groups : sizeOf(shape.slice(0, op.axis));
    const plane = op.groups > 0 ? sizeOf(shape.slice(2)) : 1;
    const normalised = op.groups > 0 ? [shape[1]!] : shape.slice(op.axis);
    site.step(Kernel.Normalise, {
      x: site.inputs[0]!.place,
      y: site.output.place,
      f: parameters(op.scale, 1, normalised, site),
      b: parameters(op.bias, 0, normalised, site),
      oc: rows,
      ic: sizeOf(shape) / rows / plane,
      ow: plane,
      oh: sizeOf(normalised),
      kh: Number(op.kind === "root_mean_square"),
      value: op.epsilon,
      lo: site.lo,
      hi: site.hi,
    });
    site.pick("normalise_f32", "the only one");
  },
};

/** One number for each element of `shape`, or the neutral one. */
function parameters(weights: Weights | undefined, neutral: number, shape: Shape, site: Site): Place {
  const count = sizeOf(shape);
  if (!weights) return site.constants.floats(count, (to) => to.fill(neutral), `${neutral} x ${count}`);
  return site.constants.floats(count, (to) => fillBroadcast(weights, shape, to));
}

function planNeighbours(op: Op, site: Site): void {
  const [n, c] = site.output.shape as [number, number];
  const plane = sizeOf(site.output.shape.slice(2));
  const table = site.constants.floats(2, (to) => to.set([op.alpha, op.beta]));
  for (let image = 0; image < n; image++) {
    site.step(Kernel.NormaliseNeighbours, {
      x: behind(site.inputs[0]!.place, 4 * image * c * plane),
      y: behind(site.output.place, 4 * image * c * plane),
      table,
      oc: c,
      ow: plane,
      top: Math.min(Math.floor((op.size - 1) / 2), c),
      bottom: Math.min(Math.floor(op.size / 2), c),
      value: op.epsilon,
      lo: site.lo,
      hi: site.hi,
    });
  }
  site.pick("normalise_neighbours_f32", "the only one");
}
