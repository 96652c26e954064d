import { Kernel } from "../../../assembly/abi.js";
import { ModelError } from "../../errors.js";
import { planCopy } from "../copy.js";
import { formatShape, type Shape, sizeOf } from "../shape.js";
import type { Place, Site } from "../site.js";
import { checkWeights, readWeights } from "../weights.js";
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

/** Whether a constant is one number, or one a channel of axis 1. */
function perChannel(operand: Shape, output: Shape): boolean {
  const aligned = [...Array<number>(Math.max(0, output.length - operand.length)).fill(1), ...operand];
  return (
    aligned.length === output.length && aligned.every((size, axis) => size === 1 || (axis === 1 && size === output[1]))
  );
}

export const binary: LayerRule<"binary"> = {
  inputs: (op) => (op.operand ? { least: 1, most: 1 } : { least: 2, most: 2 }),
  shape(op, [a, b]) {
    if (op.operand) checkWeights(op.operand, "operand", op.operand.shape.length);
    return broadcast(a!, op.operand?.shape ?? b!);
  },
  macs: noMacs,
  clamps: true,
  adds: false,
  view: false,
  plan(op, site) {
    if (op.operand && perChannel(op.operand.shape, site.output.shape)) return planScale(op, site);
    const output = site.output.shape;
    const x = expand(site.inputs[0]!.place, site.inputs[0]!.shape, site);
    const f = op.operand ? expandOperand(op, output, site) : expand(site.inputs[1]!.place, site.inputs[1]!.shape, site);
    site.step(op.kind === "add" ? Kernel.Add : Kernel.Mul, {
      x,
      f,
      y: site.output.place,
      ow: sizeOf(output),
      lo: site.lo,
      hi: site.hi,
    });
    site.pick(`${op.kind}_f32`, "both operands in full");
  },
};

/** A constant of one number a channel is a factor or an offset of whole planes. */
function planScale(op: OpOf<"binary">, site: Site): void {
  const [n, c] = [site.output.shape[0] ?? 1, site.output.shape[1] ?? 1];
  const plane = sizeOf(site.output.shape) / (n * c);
  const x = expand(site.inputs[0]!.place, site.inputs[0]!.shape, site);
  const operand = (to: Float32Array) => {
    const values = readWeights(op.operand!);
    for (let i = 0; i < n * c; i++) to[i] = values[values.length === 1 ? 0 : i % c]!;
  };
  const neutral = (value: number) => site.constants.floats(n * c, (to) => to.fill(value), `${value} x ${n * c}`);
  site.step(Kernel.Scale, {
    x,
    f: op.kind === "mul" ? site.constants.floats(n * c, operand) : neutral(1),
    b: op.kind === "add" ? site.constants.floats(n * c, operand) : neutral(0),
    y: site.output.place,
    oc: n * c,
    ow: plane,
    lo: site.lo,
    hi: site.hi,
  });
  site.pick("scale_f32", "the constant is one number a channel");
}

/** The value itself where it has the output's shape, else a broadcast copy in scratch memory. */
function expand(place: Place, shape: Shape, site: Site): Place {
  const output = site.output.shape;
  if (sizeOf(shape) === sizeOf(output)) return place;
  const to = site.scratch(4 * sizeOf(output));
  const strides = output.map((_, axis) => {
    const own = axis - output.length + shape.length;
    return own < 0 || shape[own] === 1 ? 0 : sizeOf(shape.slice(own + 1));
  });
  planCopy(site, { place, first: 0, strides }, { place: to, first: 0, strides: denseStrides(output) }, output);
  return to;
}

function denseStrides(shape: Shape): number[] {
  return shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
}

function expandOperand(op: OpOf<"binary">, output: Shape, site: Site): Place {
  const shape = op.operand!.shape;
  const place = site.constants.floats(sizeOf(shape), (to) => to.set(readWeights(op.operand!)));
  return sizeOf(shape) === sizeOf(output) ? place : expand(place, shape, site);
}
