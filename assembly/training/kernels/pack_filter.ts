import { paddedRows, tileRows } from "../../kernels/gemm_f32";
import { endOf, firstOf } from "../../threads";
import { scratchFor, Task } from "../task";

/**
 * Filters as the engine's convolutions want them, made anew after each change of the weights.
 *
 * Layout    w: the parameter [oc * groups][ic][count]; y: for pack_product panels [group][panel][ic * count][rows]; for
 *           pack_winograd [group][value][panel][ic][rows]; rows as `tileRows` says, the last panel filled up with zeros.
 * Mode      1: the filter of the data's gradient, with inputs and outputs exchanged and taps from back to front; oc and ic
 *           are then those of that convolution, and w is [ic * groups][oc][count].
 * Tile      pack_winograd: the filters of 4 output channels side by side.
 * Requires  pack_winograd: table: (block x kh) floats, the filter's transform G; share: count + kh vectors.
 * Writes    exactly y. Threads divide the panels.
 * Oracle    src/ops/conv.ts `evaluate`, through the convolutions that read it.
 */
export function pack_product(t: Task): void {
  const depth = t.ic * t.count;
  const groupSize = paddedRows(t.most, t.oc) * depth;
  const panels = (t.oc + t.most - 1) / t.most;
  const end = endOf(panels * t.groups);
  for (let panel = firstOf(panels * t.groups); panel < end; panel++) {
    const group = panel / panels;
    const first = (panel - group * panels) * t.most;
    const rows = tileRows(t.most, t.oc - first);
    const to = t.y + ((group * groupSize + first * depth) << 2);
    for (let r = 0; r < rows; r++) packRow(t, group, first + r, to + (r << 2), rows << 2);
  }
}

/** One output channel of a panel; its elements stand `step` bytes apart. */
function packRow(t: Task, group: i32, o: i32, to: usize, step: i32): void {
  if (o >= t.oc) {
    for (let k = t.ic * t.count; k > 0; k--, to += step) store<f32>(to, 0);
    return;
  }
  for (let c = 0; c < t.ic; c++) {
    const from = sourceOf(t, group, o, c);
    for (let tap = 0; tap < t.count; tap++, to += step) {
      store<f32>(to, load<f32>(from + ((t.mode == 0 ? tap : t.count - 1 - tap) << 2)));
    }
  }
}

/** Where the taps of output channel o from input channel c stand in the parameter. */
function sourceOf(t: Task, group: i32, o: i32, c: i32): usize {
  const filter = t.mode == 0 ? (group * t.oc + o) * t.ic + c : (group * t.ic + c) * t.oc + o;
  return t.w + ((filter * t.count) << 2);
}

/** See `pack_product`: G w G^T of every filter (Lavin and Gray 2016, section 4.1). */
export function pack_winograd(t: Task): void {
  const valueSize = paddedRows(t.most, t.oc) * t.ic;
  const values = t.block * t.block;
  const panels = (t.oc + t.most - 1) / t.most;
  const taps = scratchFor(t);
  const end = endOf(panels * t.groups);
  for (let panel = firstOf(panels * t.groups); panel < end; panel++) {
    const group = panel / panels;
    const first = (panel - group * panels) * t.most;
    const rows = tileRows(t.most, t.oc - first);
    const to = t.y + ((group * values * valueSize + first * t.ic) << 2);
    for (let c = 0; c < t.ic; c++) {
      for (let r = 0; r < rows; r += 4) {
        for (let lane = 0; lane < 4; lane++) takeTaps(t, group, first + r + lane, c, taps + (lane << 2));
        transformTaps(t, taps, rows - r >= 4, to + ((c * rows + r) << 2), valueSize << 2);
      }
    }
  }
}

/** The taps of output channel o from input channel c, a vector apart; zeros where there is no such channel. */
function takeTaps(t: Task, group: i32, o: i32, c: i32, to: usize): void {
  const isThere = o < t.oc;
  const from = isThere ? sourceOf(t, group, o, c) : 0;
  for (let tap = 0; tap < t.count; tap++, to += 16) {
    store<f32>(to, isThere ? load<f32>(from + ((t.mode == 0 ? tap : t.count - 1 - tap) << 2)) : 0);
  }
}

/** block x block values of four filters, or of the first two, `pitch` bytes apart; kh vectors of work lie behind the taps. */
function transformTaps(t: Task, taps: usize, areFour: bool, y: usize, pitch: usize): void {
  const k = t.kh;
  const half = taps + (t.count << 4);
  for (let i = 0; i < t.block; i++) {
    for (let column = 0; column < k; column++) {
      const sum = weighted(t.table + ((i * k) << 2), taps + (column << 4), k, k << 4);
      v128.store(half + (column << 4), sum);
    }
    for (let j = 0; j < t.block; j++, y += pitch) {
      const sum = weighted(t.table + ((j * k) << 2), half, k, 16);
      if (areFour) v128.store(y, sum);
      else v128.store64_lane(y, sum, 0);
    }
  }
}

/** Sum of `count` vectors, `step` bytes apart, each times its factor. */
function weighted(factors: usize, x: usize, count: i32, step: usize): v128 {
  let sum = f32x4.splat(0);
  for (; count > 0; count--, factors += 4, x += step) {
    sum = f32x4.add(sum, f32x4.mul(v128.load32_splat(factors), v128.load(x)));
  }
  return sum;
}

/** y[c][i] = w[c][count - 1 - i] for `oc` filters of `count` taps: the depthwise filter of the data's gradient. */
export function reverse_taps(t: Task): void {
  const end = endOf(t.oc);
  for (let c = firstOf(t.oc); c < end; c++) {
    const at = (c * t.count) << 2;
    for (let i = 0; i < t.count; i++) {
      store<f32>(t.y + at + (i << 2), load<f32>(t.w + at + ((t.count - 1 - i) << 2)));
    }
  }
}
