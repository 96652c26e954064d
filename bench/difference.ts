/** How far apart the outputs of two runtimes are. */

export type NamedOutputs = Readonly<Record<string, Float32Array>>;

export interface Difference {
  /** The largest |a - b| of all elements. */
  readonly maxAbs: number;
  /** The same as a share of the output's largest magnitude; the largest of all outputs. */
  readonly maxRelative: number;
}

/** Infinite where an output is missing, has another length, or is no number on one side. */
export function differenceOf(ours: NamedOutputs, theirs: NamedOutputs): Difference {
  const each = Object.keys(ours).map((name) => differenceOfArrays(ours[name]!, theirs[name]));
  return {
    maxAbs: Math.max(0, ...each.map(({ maxAbs }) => maxAbs)),
    maxRelative: Math.max(0, ...each.map(({ maxRelative }) => maxRelative)),
  };
}

function differenceOfArrays(a: Float32Array, b: Float32Array | undefined): Difference {
  if (a.length !== b?.length) return { maxAbs: Infinity, maxRelative: Infinity };
  let [maxAbs, largest] = [0, 0];
  a.forEach((value, i) => {
    const difference = Math.abs(value - b[i]!);
    if (!(difference <= maxAbs)) maxAbs = Number.isNaN(difference) ? Infinity : difference;
    largest = Math.max(largest, Math.abs(value));
  });
  return { maxAbs, maxRelative: maxAbs / (largest || 1) };
}
