/** Which values share memory: views, parts of a concatenation, and outputs that take over an operand's. */
import type { Network } from "../gen/network.js";
import type { Group } from "./fuse.js";
import { sizeOf } from "./shape.js";
import type { Place } from "./site.js";
import type { Checked } from "./verify.js";

/** Values that are computed right where a concatenation wants them: behind which byte of which value. */
export type Joined = ReadonlyMap<number, { readonly whole: number; readonly offset: number }>;

export interface Sharing {
  readonly joined: Joined;
  /** For each group the values whose memory its output may take over. */
  readonly replaceable: readonly (readonly number[])[];
}

/** Where a value stands, addresses aside. */
export function placeOf(value: number, joined: Joined): Place {
  const part = joined.get(value);
  return part ? { region: "value", value: part.whole, offset: part.offset } : { region: "value", value, offset: 0 };
}

/**
 * The inputs of concatenations that need not be copied: in memory they are runs one behind the other, nobody else reads them, and
 * the layers that compute them write nothing beyond.
 */
export function joinConcats(network: Network, { shapes, ruleOf }: Checked, groups: readonly Group[]): Joined {
  const reads = new Uint32Array(shapes.length);
  const producer = new Map<number, Group>();
  for (const group of groups) {
    group.inputs.forEach((value) => reads[value]!++);
    if (group.residual !== undefined) reads[group.residual]!++;
    producer.set(group.output, group);
  }
  network.outputs.forEach(({ value }) => reads[value]!++);
  const writesExactly = (value: number) => {
    const group = producer.get(value);
    const op = group && network.layers[group.worker]!.op;
    return op !== undefined && (ruleOf(op.type).writesExactly?.(op) ?? false);
  };
  const joined = new Map<number, { whole: number; offset: number }>();
  for (const { worker, inputs, output } of groups) {
    const { op } = network.layers[worker]!;
    if (op.type !== "concat" || sizeOf(shapes[output]!.slice(0, op.axis)) !== 1) continue;
    let offset = 0;
    for (const value of inputs) {
      if (reads[value] === 1 && writesExactly(value)) joined.set(value, { whole: output, offset });
      offset += 4 * sizeOf(shapes[value]!);
    }
  }
  return joined;
}

/**
 * For each value the value whose memory it has: its own, its source's where a layer only renames the shape, the concatenation's
 * that it is a part of, or an operand's that it may replace and that nobody reads later.
 */
export function storageOf(
  network: Network,
  { shapes, ruleOf }: Checked,
  groups: readonly Group[],
  { joined, replaceable }: Sharing,
): Uint32Array {
  const storage = Uint32Array.from({ length: network.inputs.length + network.layers.length }, (_, value) => value);
  for (const group of groups) {
    const { op } = network.layers[group.worker]!;
    if (ruleOf(op.type).view) storage[group.output] = storage[group.inputs[0]!]!;
  }
  for (const [value, { whole }] of joined) storage[value] = whole;
  const lastRead = new Int32Array(storage.length).fill(-1);
  groups.forEach(({ inputs, residual }, moment) => {
    for (const value of residual === undefined ? inputs : [...inputs, residual]) lastRead[storage[value]!] = moment;
  });
  for (const { value } of network.outputs) lastRead[storage[value]!] = groups.length;
  groups.forEach(({ inputs, residual, output }, moment) => {
    if (storage[output] !== output) return;
    // A layer may read its residual as an input, too, and there in another order.
    const isReadTwice = (value: number) =>
      value === residual && inputs.some((input) => storage[input] === storage[value]);
    const fits = (value: number) =>
      lastRead[storage[value]!] === moment && sizeOf(shapes[value]!) === sizeOf(shapes[output]!) && !isReadTwice(value);
    const replaced = replaceable[moment]!.find(fits);
    if (replaced === undefined) return;
    const [from, to] = [output, storage[replaced]!];
    storage.forEach((root, value) => root === from && (storage[value] = to));
    lastRead[to] = lastRead[from]!;
  });
  return storage;
}
