/** How channels travel through reshapes: which output axes are made of which input axes, and what that does to the atoms. */
import type { Shape } from "../graph/graph.js";
import { sizeOf } from "../graph/graph.js";
import type { Atoms, AtomShape, Channels } from "./op.js";

/** Runs of axes with equal products on both sides, as short as possible. */
interface Segment {
  readonly from: readonly number[];
  readonly to: readonly number[];
}

function segments(input: Shape, output: Shape): Segment[] {
  const found: Segment[] = [];
  let [i, o] = [0, 0];
  while (i < input.length || o < output.length) {
    const from = i < input.length ? [i++] : [];
    const to = o < output.length ? [o++] : [];
    let [m, n] = [sizeOf(from.map((a) => input[a]!)), sizeOf(to.map((a) => output[a]!))];
    while (m !== n) {
      if (m < n) m *= input[(from.push(i), i++)]!;
      else n *= output[(to.push(o), o++)]!;
    }
    found.push({ from, to });
  }
  return found;
}

/**
 * The atoms of a reshaped value. Merged axes repeat each atom for all it is merged with. A split axis whose atoms are those
 * of one part, repeated, gives them to this part; any other keeps its atoms on its widest part (of equal ones the innermost),
 * where all channels that then stand at the same place go together: of blocks of pixels that become channels, or channels
 * that become such blocks, the channels.
 */
export function regroup(x: AtomShape, input: Shape, output: Shape, channels: Channels): AtomShape {
  const result: (Atoms | null)[] = output.map(() => null);
  for (const { from, to } of segments(input, output)) {
    const tracked = from.filter((axis) => x[axis] !== null && x[axis] !== undefined);
    if (tracked.length === 0) continue;
    const wide = to.filter((axis) => output[axis] !== 1);
    if (tracked.length > 1) {
      tracked.forEach((axis) => channels.freeze(x[axis], "several channel axes are reshaped into one"));
      continue;
    }
    const merged = merge(x[tracked[0]!]!, tracked[0]!, from, input);
    if (wide.length <= 1) result[wide[0] ?? to[0]!] = merged;
    else {
      const widest = wide.reduce((best, at) => (output[at]! >= output[best]! ? at : best));
      const keeper = wide.find((at) => dependsOn(merged, at, to, output)) ?? widest;
      result[keeper] = splitOnto(merged, output[keeper]!, behind(keeper, to, output), channels);
    }
  }
  return result;
}

/** The atoms of one axis for every element of the merged run of axes. */
function merge(atoms: Atoms, axis: number, run: readonly number[], input: Shape): Atoms {
  const total = sizeOf(run.map((a) => input[a]!));
  const inner = sizeOf(run.filter((a) => a > axis).map((a) => input[a]!));
  return Int32Array.from({ length: total }, (_, i) => atoms[Math.floor(i / inner) % atoms.length]!);
}

/** One atom for each place of the part that keeps them; there is `inner` behind that part, and the rest in front. */
function splitOnto(atoms: Atoms, width: number, inner: number, channels: Channels): Atoms {
  const first = Int32Array.from({ length: width }, (_, i) => atoms[i * inner]!);
  for (let outer = 0; outer < atoms.length; outer += width * inner) {
    for (let i = 0; i < inner; i++) {
      channels.join(
        first,
        first.map((_, at) => atoms[outer + at * inner + i]!),
        "structure",
      );
    }
  }
  return first;
}

/** Number of elements behind `axis` in a run of axes. */
const behind = (axis: number, run: readonly number[], shape: Shape): number =>
  sizeOf(run.filter((a) => a > axis).map((a) => shape[a]!));

/** Whether the place along `axis` alone tells the atom. */
function dependsOn(atoms: Atoms, axis: number, run: readonly number[], shape: Shape): boolean {
  const inner = behind(axis, run, shape);
  return atoms.every((atom, i) => atom === atoms[(Math.floor(i / inner) % shape[axis]!) * inner]);
}
