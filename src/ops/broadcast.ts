/** What elementwise operators on two inputs have in common: numpy's broadcasting, aligned from the right. */
import { ModelError } from "../errors.js";
import { formatShape, type Shape, sizeOf, type Tensor } from "../graph/graph.js";
import { offsetsOf, stridesOf } from "../graph/strides.js";
import type { Atoms, AtomShape, Channels, LayerSpec, LowerInput, Lowered, Raised } from "./op.js";

export function broadcastShape(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const [m, n] = [a[axis - rank + a.length] ?? 1, b[axis - rank + b.length] ?? 1];
    if (m !== n && m !== 1 && n !== 1) {
      throw new ModelError(`shapes ${formatShape(a)} and ${formatShape(b)} do not broadcast`);
    }
    return m === 1 ? n : m;
  });
}

/** For each element of `shape`, where it reads a value of shape `from`. */
export function broadcastIndex(shape: Shape, from: Shape): (at: number) => number {
  const own = stridesOf(from);
  const strides = shape.map((_, axis) => {
    const at = axis - shape.length + from.length;
    return at < 0 || from[at] === 1 ? 0 : own[at]!;
  });
  return offsetsOf(shape, strides);
}

export function evaluateBinary(a: Tensor, b: Tensor, f: (a: number, b: number) => number): readonly Tensor[] {
  const shape = broadcastShape(a.shape, b.shape);
  const [fromA, fromB] = [broadcastIndex(shape, a.shape), broadcastIndex(shape, b.shape)];
  const data = Float64Array.from({ length: sizeOf(shape) }, (_, i) => f(a.data[fromA(i)]!, b.data[fromB(i)]!));
  return [{ shape, data }];
}

/**
 * Channels that meet elementwise go together; a constant's slices belong to the channel they meet. A sum of branches couples
 * them as a residual, a gate that multiplies does not.
 */
export function atomsBinary(
  [a, b]: readonly AtomShape[],
  channels: Channels,
  coupling: "structure" | "residual" = "structure",
): readonly AtomShape[] {
  const shapes = [channels.shape(0), channels.shape(1)] as const;
  const rank = Math.max(a!.length, b!.length);
  const output = Array.from({ length: rank }, (_, axis) => {
    const axes = [axis - rank + a!.length, axis - rank + b!.length] as const;
    const present = ([0, 1] as const).filter((side) => axes[side] >= 0 && shapes[side][axes[side]] !== 1);
    const atomsOf = (side: 0 | 1): Atoms | null => [a!, b!][side]![axes[side]] ?? null;
    const tracked = present.filter((side) => atomsOf(side) !== null);
    if (tracked.length === 0) return null;
    const atoms = atomsOf(tracked[0]!)!;
    for (const side of present) {
      if (channels.isConstant(side)) channels.own(side, axes[side], atoms, "parameter");
      else if (atomsOf(side) === null) channels.freeze(atoms, "joined elementwise with a value of fixed width");
      else if (atomsOf(side) !== atoms) channels.join(atoms, atomsOf(side)!, coupling);
    }
    return atoms;
  });
  return [output];
}

type BinaryKind = Extract<LayerSpec, { type: "binary" }>["kind"];

/** Those whose operands may change places. */
const COMMUTATIVE: readonly BinaryKind[] = ["add", "mul", "min", "max"];

export function lowerBinary(kind: BinaryKind, [a, b]: readonly LowerInput[]): Lowered {
  if (a!.constant && b!.constant) throw new ModelError("both inputs are constants; fold them into one");
  const operand = a!.constant ?? b!.constant;
  const swapped = a!.constant !== undefined && !COMMUTATIVE.includes(kind);
  const layer: LayerSpec = { type: "binary", kind, operand, swapped };
  return { layer, reads: operand ? [a!.constant ? 1 : 0] : [0, 1] };
}

export function raiseBinary(kind: BinaryKind, layer: LayerSpec): Raised<{}> | undefined {
  if (layer.type !== "binary" || layer.kind !== kind) return undefined;
  return { attrs: {}, constants: layer.operand ? [layer.operand] : [], constantsLead: layer.swapped };
}
