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
 * of one part, repeated, gives them to this part; any other keeps its atoms on the innermost part, where all channels that
 * then stand at the same place go together (channel shuffle's groups).
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
    const axis = wide.find((a) => dependsOn(merged, a, to, output));
    if (wide.length <= 1) result[wide[0] ?? to[0]!] = merged;
    else if (axis !== undefined) result[axis] = along(merged, axis, to, output);
    else result[wide.at(-1)!] = splitInnermost(merged, output[wide.at(-1)!]!, channels);
  }
  return result;
}

/** The atoms of one axis for every element of the merged run of axes. */
function merge(atoms: Atoms, axis: number, run: readonly number[], input: Shape): Atoms {
  const total = sizeOf(run.map((a) => input[a]!));
  const inner = sizeOf(run.filter((a) => a > axis).map((a) => input[a]!));
  return Int32Array.from({ length: total }, (_, i) => atoms[Math.floor(i / inner) % atoms.length]!);
}

/** Number of elements behind `axis` in a run of axes. */
const behind = (axis: number, run: readonly number[], shape: Shape): number =>
  sizeOf(run.filter((a) => a > axis).map((a) => shape[a]!));

/** The atoms at the first place of all other axes of the run. */
function along(atoms: Atoms, axis: number, run: readonly number[], shape: Shape): Atoms {
  const inner = behind(axis, run, shape);
  return Int32Array.from({ length: shape[axis]! }, (_, i) => atoms[i * inner]!);
}

/** Whether the place along `axis` alone tells the atom. */
function dependsOn(atoms: Atoms, axis: number, run: readonly number[], shape: Shape): boolean {
  const inner = behind(axis, run, shape);
  const first = along(atoms, axis, run, shape);
  return atoms.every((atom, i) => atom === first[Math.floor(i / inner) % first.length]);
}

function splitInnermost(atoms: Atoms, width: number, channels: Channels): Atoms {
  const first = atoms.subarray(0, width);
  for (let at = width; at < atoms.length; at += width)
    channels.join(first, atoms.subarray(at, at + width), "structure");
  return first;
}
