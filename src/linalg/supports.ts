/** Which inputs outputs are computed from: those whose weights are not 0. */

export interface Supported {
  /** Inputs, increasing. */
  readonly support: Int32Array;
  /** The outputs that are computed from exactly these. */
  readonly members: readonly number[];
}

/** Outputs of a filter [outputs][inputs] by their support, those that share one together. */
export function sharedSupports(filter: ArrayLike<number>, inputs: number, outputs: number): Supported[] {
  const found = new Map<string, { support: Int32Array; members: number[] }>();
  for (let o = 0; o < outputs; o++) {
    const support: number[] = [];
    for (let i = 0; i < inputs; i++) if (filter[o * inputs + i] !== 0) support.push(i);
    const key = support.length === inputs ? "all" : support.join();
    const same = found.get(key);
    if (same) same.members.push(o);
    else found.set(key, { support: Int32Array.from(support), members: [o] });
  }
  return [...found.values()];
}

export const largestSupport = (supports: readonly Supported[]): number =>
  supports.reduce((most, { support }) => Math.max(most, support.length), 0);
