import { Kernel } from "../../../assembly/abi.js";
import { ModelError } from "../../errors.js";
import type { Weights } from "../../gen/network.js";
import { planCopy } from "../copy.js";
import { broadcastStrides, formatShape, type Shape, sizeOf, stridesOf } from "../shape.js";
import type { Place, Site } from "../site.js";
import { checkWeights, fillBroadcast, readWeights } from "../weights.js";
import { type LayerRule, noMacs, type OpOf } from "./layer.js";

function broadcast(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const [m, n] = [a[axis - rank + a.length] ?? 1, b[axis - rank + b.length] ?? 1];
    if (m !== n && m !== 1 && n !== 1) {
      throw new ModelError(`shapes ${formatShape(a)} and ${formatShape(b)} do not broadcast`);
    }
    return m === 1 ? n : m;
  });
}

const KERNELS: { readonly [K in OpOf<"binary">["kind"]]: Kernel } = {
  add: Kernel.Add,
  mul: Kernel.Mul,
  sub: Kernel.Sub,
  div: Kernel.Div,
  min: Kernel.Min,
  max: Kernel.Max,
  pow: Kernel.Pow,
  prelu: Kernel.Prelu,
};

/** One operand: a value of the network, or weights. */
interface Operand {
  readonly shape: Shape;
  readonly place: Place | undefined;
  readonly weights: Weights | undefined;
}

function operandsOf(op: OpOf<"binary">, site: Site): readonly [a: Operand, b: Operand] {
  const [x, other] = site.inputs.map((input): Operand => ({ ...input, weights: undefined }));
  if (!op.operand) return [x!, other!];
  const weights: Operand = { shape: op.operand.shape, place: undefined, weights: op.operand };
  return op.swapped ? [weights, x!] : [x!, weights];
}

export const binary: LayerRule<"binary"> = {
  inputs: (op) => (op.operand ? { least: 1, most: 1 } : { least: 2, most: 2 }),
  shape(op, [a, b]) {
    if (op.swapped && !op.operand) throw new ModelError("is swapped, but has no operand");
    if (op.operand) checkWeights(op.operand, "operand", op.operand.shape.length);
    return broadcast(a!, op.operand?.shape ?? b!);
  },
  macs: noMacs,
  clamps: true,
  adds: false,
  view: false,
  plan(op, site) {
    const [a, b] = operandsOf(op, site);
    if (op.kind === "mul" && b.weights && readWeights(b.weights).every((value) => value === 1)) {
      return planExpansion(a, site);
    }
    // What is one number a plane is read as such, if the other operand is there in full.
    const right = isWhole(a, site) ? planeAxes(b, site) : undefined;
    if (right !== undefined) return planPlanes(op, a, b, right, site, false);
    const left = isWhole(b, site) ? planeAxes(a, site) : undefined;
    if (left !== undefined) return planPlanes(op, b, a, left, site, true);
    const [x, f] = [expand(a, site), expand(b, site)];
    site.mayReplace(x);
    site.mayReplace(f);
    site.step(KERNELS[op.kind], {
      x,
      f,
      y: site.output.place,
      oc: 1,
      ow: sizeOf(site.output.shape),
      kh: 1,
      kw: 1,
      lo: site.lo,
      hi: site.hi,
    });
    site.pick(`${op.kind}_f32`, "both operands in full");
  },
};

const isWhole = ({ shape }: Operand, site: Site) => sizeOf(shape) === sizeOf(site.output.shape);

/**
 * How many axes of the output count planes, if each plane meets one number of the operand; undefined if it does not look like
 * that. These are the axes up to the operand's last one that is not 1; a value must have them all, weights are repeated.
 */
function planeAxes({ shape, weights }: Operand, site: Site): number | undefined {
  const output = site.output.shape;
  const aligned = [...Array<number>(output.length - shape.length).fill(1), ...shape];
  const axes = aligned.findLastIndex((size) => size !== 1) + 1;
  const planes = sizeOf(output.slice(0, axes));
  return planes < sizeOf(output) && (weights || planes === sizeOf(shape)) ? axes : undefined;
}

/** One number of `few` for each plane of `many`; `reversed` where `few` is the left operand. */
function planPlanes(
  op: OpOf<"binary">,
  many: Operand,
  few: Operand,
  axes: number,
  site: Site,
  reversed: boolean,
): void {
  const planes = sizeOf(site.output.shape.slice(0, axes));
  const x = many.place ?? constantOf(many.weights!, site);
  const f = few.place ?? repeated(few.weights!, axes, site);
  const fields = { y: site.output.place, oc: planes, ow: sizeOf(site.output.shape) / planes, lo: site.lo, hi: site.hi };
  if (reversed) site.step(KERNELS[op.kind], { ...fields, x: f, f: x, kh: 1, kw: 0 });
  else site.step(KERNELS[op.kind], { ...fields, x, f, kh: 0, kw: 1 });
  site.pick(`${op.kind}_f32`, "one operand is one number a plane");
}

/** Times one: the value, broadcast. */
function planExpansion(x: Operand, site: Site): void {
  const [output, place] = [site.output.shape, site.output.place];
  const from = { place: x.place!, first: 0, strides: broadcastStrides(x.shape, output) };
  planCopy(site, from, { place, first: 0, strides: stridesOf(output) }, output);
  site.pick("copy_f32", "times one: a broadcast copy");
  if (site.lo === -Infinity && site.hi === Infinity) return;
  site.step(Kernel.Clip, { x: place, y: place, ow: sizeOf(output), lo: site.lo, hi: site.hi });
}

/** Weights for each plane of the first `axes` axes of the output. */
function repeated(weights: Weights, axes: number, site: Site): Place {
  const shape = site.output.shape.map((size, axis) => (axis < axes ? size : 1));
  return site.constants.floats(sizeOf(shape), (to) => fillBroadcast(weights, shape, to));
}

function constantOf(weights: Weights, site: Site): Place {
  return site.constants.floats(sizeOf(weights.shape), (to) => to.set(readWeights(weights)));
}

/** The operand itself where it has the output's shape, else a broadcast copy in scratch memory. */
function expand(operand: Operand, site: Site): Place {
  const output = site.output.shape;
  const place = operand.place ?? constantOf(operand.weights!, site);
  if (isWhole(operand, site)) return place;
  const to = site.scratch(4 * sizeOf(output));
  const strides = broadcastStrides(operand.shape, output);
  planCopy(site, { place, first: 0, strides }, { place: to, first: 0, strides: stridesOf(output) }, output);
  return to;
}
