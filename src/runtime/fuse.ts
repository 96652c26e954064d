/** Groups layers that one kernel call computes: a clip, or a residual sum and its clip, goes into the store of what comes before. */
import type { Network } from "../gen/network.js";
import { ruleOf } from "./layers/index.js";
import type { Shape } from "./shape.js";

/** Layers that run as one. */
export interface Group {
  /** Numbers of the layers, in order; the first one's kernel does the work. */
  readonly layers: readonly number[];
  /** Values that the first layer reads. */
  readonly inputs: readonly number[];
  readonly residual: number | undefined;
  /** The value that the last layer defines. */
  readonly output: number;
  readonly lo: number;
  readonly hi: number;
}

export function fuse(network: Network, shapes: readonly Shape[]): Group[] {
  const { inputs, layers } = network;
  const soleReader = findSoleReaders(network, shapes.length);
  const taken = new Uint8Array(layers.length);

  const grow = (first: number): Group => {
    const rule = ruleOf(layers[first]!.op.type);
    const members = [first];
    let output = inputs.length + first;
    let residual: number | undefined;
    let [lo, hi] = [-Infinity, Infinity];
    const absorb = (layer: number) => {
      members.push(layer);
      taken[layer] = 1;
      output = inputs.length + layer;
    };
    let next = soleReader[output]!;
    const sum = rule.adds && next >= 0 ? residualOf(next, output, first) : undefined;
    if (sum !== undefined) {
      residual = sum;
      absorb(next);
      next = soleReader[output]!;
    }
    const op = next >= 0 ? layers[next]!.op : undefined;
    if (rule.clamps && op?.type === "clip") {
      [lo, hi] = [op.min, op.max];
      absorb(next);
    }
    return { layers: members, inputs: layers[first]!.inputs, residual, output, lo, hi };
  };

  /** The other operand of a plain sum, if it exists by the time layer `first` runs. */
  const residualOf = (layer: number, value: number, first: number): number | undefined => {
    const { op, inputs: read } = layers[layer]!;
    if (op.type !== "binary" || op.kind !== "add" || read.length !== 2) return undefined;
    const other = read[0] === value ? read[1]! : read[0]!;
    const sameShape =
      shapes[other]!.length === shapes[value]!.length && shapes[other]!.every((s, i) => s === shapes[value]![i]);
    return other !== value && other < inputs.length + first && sameShape ? other : undefined;
  };

  const groups: Group[] = [];
  layers.forEach((_, i) => {
    if (!taken[i]) groups.push(grow(i));
  });
  return groups;
}

/** For each value the layer that alone reads it; -1 where several do, or none, or an output. */
function findSoleReaders({ layers, outputs }: Network, values: number): Int32Array {
  const NOBODY = -2;
  const reader = new Int32Array(values).fill(NOBODY);
  const read = (value: number, by: number) => (reader[value] = reader[value] === NOBODY ? by : -1);
  layers.forEach((layer, i) => layer.inputs.forEach((value) => read(value, i)));
  outputs.forEach(({ value }) => read(value, -1));
  return reader.map((by) => Math.max(by, -1));
}
