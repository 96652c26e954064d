/** Places buffers in one arena by their lifetimes, so that the peak is known before anything runs. */

export interface Buffer {
  readonly bytes: number;
  /** First and last moment at which the contents matter, both inclusive. */
  readonly from: number;
  readonly to: number;
}

export interface Arena {
  readonly offsets: readonly number[];
  readonly bytes: number;
  /** The largest sum of buffers alive at one moment: no placement can need less. */
  readonly lowerBound: number;
}

/** Largest first, each at the lowest offset where nothing alive at the same time stands. */
export function placeBuffers(buffers: readonly Buffer[]): Arena {
  const offsets = buffers.map(() => 0);
  const order = buffers.map((_, i) => i).sort((a, b) => buffers[b]!.bytes - buffers[a]!.bytes || a - b);
  const placed: number[] = [];
  let bytes = 0;
  for (const i of order) {
    const buffer = buffers[i]!;
    const alive = placed.filter((j) => buffers[j]!.from <= buffer.to && buffers[j]!.to >= buffer.from);
    alive.sort((a, b) => offsets[a]! - offsets[b]!);
    let at = 0;
    for (const j of alive) {
      if (offsets[j]! >= at + buffer.bytes) break;
      at = Math.max(at, offsets[j]! + buffers[j]!.bytes);
    }
    offsets[i] = at;
    placed.push(i);
    bytes = Math.max(bytes, at + buffer.bytes);
  }
  return { offsets, bytes, lowerBound: largestLiveSet(buffers) };
}

function largestLiveSet(buffers: readonly Buffer[]): number {
  const changes = new Map<number, number>();
  const change = (moment: number, bytes: number) => changes.set(moment, (changes.get(moment) ?? 0) + bytes);
  for (const { bytes, from, to } of buffers) {
    change(from, bytes);
    change(to + 1, -bytes);
  }
  let [live, most] = [0, 0];
  for (const [, bytes] of [...changes].sort(([a], [b]) => a - b)) most = Math.max(most, (live += bytes));
  return most;
}
