/** Winograd's transforms F(m x m, k x k) that the engine has, and that of filters. */

/** One size of tile: m x m output pixels from (m + k - 1) x (m + k - 1) input pixels, for windows of k x k. */
export interface Transform {
  /** What kernels are called by it. */
  readonly name: string;
  readonly algorithm: `winograd ${string}`;
  readonly m: number;
  readonly k: number;
  /** The filter's transform, (m + k - 1) x k. */
  readonly g: readonly (readonly number[])[];
  /** Largest error of an output, relative to the largest sum of the terms' absolute values. */
  readonly error: number;
  /** Multiply-adds of the baseline build that transforming one tile of one channel costs, in and out. */
  readonly inputCost: number;
  readonly outputCost: number;
}

/** The powers of points, scaled as the other two transforms want, and of infinity. */
function points(k: number, ...scaled: readonly (readonly [point: number, scale: number])[]): number[][] {
  const powers = Array.from({ length: k }, (_, power) => power);
  return [
    ...scaled.map(([point, scale]) => powers.map((power) => scale * point ** power)),
    powers.map((power) => (power === k - 1 ? 1 : 0)),
  ];
}

/** Those of Lavin and Gray 2016, section 4.3. */
const SIX = [
  [0, 1 / 4],
  [1, -1 / 6],
  [-1, -1 / 6],
  [2, 1 / 24],
  [-2, 1 / 24],
] as const;
const EIGHT = [
  [0, 1],
  [1, -2 / 9],
  [-1, -2 / 9],
  [2, 1 / 90],
  [-2, 1 / 90],
  [1 / 2, 4 / 45],
  [-1 / 2, 4 / 45],
] as const;

/** 3x3 by Lavin and Gray 2016, sections 4.1 and 4.3; the others by the same construction. */
export const TRANSFORMS: readonly Transform[] = [
  {
    name: "4x4",
    algorithm: "winograd 4x4",
    m: 4,
    k: 3,
    g: points(3, ...SIX),
    error: 2 ** -16,
    inputCost: 400,
    outputCost: 500,
  },
  {
    name: "2x2",
    algorithm: "winograd 2x2",
    m: 2,
    k: 3,
    g: points(3, [0, 1], [1, 1 / 2], [-1, 1 / 2]),
    error: 2 ** -18,
    inputCost: 100,
    outputCost: 150,
  },
  {
    name: "5x5",
    algorithm: "winograd 5x5",
    m: 4,
    k: 5,
    g: points(5, ...EIGHT),
    error: 2 ** -15,
    inputCost: 700,
    outputCost: 750,
  },
  {
    name: "2x2_2x2",
    algorithm: "winograd 2x2 of 2x2",
    m: 2,
    k: 2,
    g: points(2, [0, 1], [1, 1]),
    error: 2 ** -18,
    inputCost: 80,
    outputCost: 120,
  },
  {
    name: "4x4_2x2",
    algorithm: "winograd 4x4 of 2x2",
    m: 4,
    k: 2,
    g: points(2, [0, 1 / 2], [1, -1 / 2], [-1, -1 / 6], [2, 1 / 6]),
    error: 2 ** -16,
    inputCost: 350,
    outputCost: 480,
  },
  {
    name: "5x5_2x2",
    algorithm: "winograd 5x5 of 2x2",
    m: 5,
    k: 2,
    g: points(2, ...SIX),
    error: 2 ** -15,
    inputCost: 400,
    outputCost: 600,
  },
  {
    name: "5x5_4x4",
    algorithm: "winograd 5x5 of 4x4",
    m: 5,
    k: 4,
    g: points(4, ...EIGHT),
    error: 2 ** -14,
    inputCost: 700,
    outputCost: 900,
  },
];

/** Reads a filter's taps behind `at` and writes its values from `first` on, each `apart` behind the one before. */
export type TapsTransformer = (w: Float32Array, at: number, to: Float32Array, first: number, apart: number) => void;

/**
 * The transform of one filter, which a network has thousands of. An engine that has not compiled a loop yet makes an object of every
 * float that it touches; so all loops stand in a function that is called, and compiled, often.
 */
export function tapsTransformer({ k, g }: Transform): TapsTransformer {
  const n = g.length;
  const flat = Float64Array.from(g.flat());
  if (k === 3) return transformerOf3(flat, n);
  const half = new Float64Array(k);
  return (w, at, to, first, apart) => {
    for (let i = 0, v = first; i < n; i++) {
      for (let column = 0; column < k; column++) {
        half[column] = 0;
        for (let row = 0; row < k; row++) half[column]! += flat[i * k + row]! * w[at + row * k + column]!;
      }
      for (let j = 0; j < n; j++, v += apart) {
        let sum = 0;
        for (let column = 0; column < k; column++) sum += half[column]! * flat[j * k + column]!;
        to[v] = sum;
      }
    }
  };
}

/** The same sums in the same order, with the inner loops written out. */
function transformerOf3(g: Float64Array, n: number): TapsTransformer {
  return (w, at, to, first, apart) => {
    const w0 = w[at]!;
    const w1 = w[at + 1]!;
    const w2 = w[at + 2]!;
    const w3 = w[at + 3]!;
    const w4 = w[at + 4]!;
    const w5 = w[at + 5]!;
    const w6 = w[at + 6]!;
    const w7 = w[at + 7]!;
    const w8 = w[at + 8]!;
    for (let i = 0, v = first; i < 3 * n; i += 3) {
      const a = g[i]!;
      const b = g[i + 1]!;
      const c = g[i + 2]!;
      const x = a * w0 + b * w3 + c * w6;
      const y = a * w1 + b * w4 + c * w7;
      const z = a * w2 + b * w5 + c * w8;
      for (let j = 0; j < 3 * n; j += 3, v += apart) to[v] = x * g[j]! + y * g[j + 1]! + z * g[j + 2]!;
    }
  };
}
