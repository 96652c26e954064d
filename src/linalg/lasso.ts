/**
 * LASSO over blocks of inputs, on second moments: minimise 1/2 bT G b - cT b + penalty |b|_1 for one factor b_i a block, where
 * G_ij = <C_ij, W_iT W_j> and c_i = <B_i, W_i> are what is left of the design matrix whose columns are the blocks' shares of
 * the outputs, X_i W_iT (He, Zhang, Sun 2017, section 3.1 (i); coordinate descent: Friedman, Hastie, Tibshirani 2010, section 2).
 */
import type { Problem } from "./elimination.js";

export interface Lasso {
  /** [blocks][blocks]. */
  readonly gram: Float64Array;
  readonly correlation: Float64Array;
}

/** Coordinate descent ends when no factor moved by more than this share of the largest. */
const TOLERANCE = 1e-7;
const MOST_SWEEPS = 1000;
const BISECTIONS = 60;

/** The LASSO of some problems with common blocks. `filters`: for each problem the weights [outputs][inputs] that make the shares. */
export function lassoOf(problems: readonly Problem[], filters: readonly ArrayLike<number>[]): Lasso {
  const count = problems[0]?.blocks.length ?? 0;
  const gram = new Float64Array(count * count);
  const correlation = new Float64Array(count);
  problems.forEach(({ inputs, outputs, products, targets, weight, blocks }, p) => {
    const filter = filters[p]!;
    for (let o = 0; o < outputs; o++) {
      // How each block's share of this output moves with each input.
      for (let i = 0; i < count; i++) {
        const moved = new Float64Array(inputs);
        for (const a of blocks[i]!) {
          const w = weight * filter[o * inputs + a]!;
          if (w === 0) continue;
          correlation[i]! += w * targets[a * outputs + o]!;
          for (let b = 0; b < inputs; b++) moved[b]! += w * products[a * inputs + b]!;
        }
        for (let j = 0; j <= i; j++) {
          let sum = 0;
          for (const b of blocks[j]!) sum += moved[b]! * filter[o * inputs + b]!;
          gram[i * count + j]! += sum;
        }
      }
    }
  });
  for (let i = 0; i < count; i++) for (let j = 0; j < i; j++) gram[j * count + i] = gram[i * count + j]!;
  return { gram, correlation };
}

/** The factors at a penalty, from factors that are near it; they are changed in place. */
export function descend({ gram, correlation }: Lasso, penalty: number, factors: Float64Array): Float64Array {
  const count = factors.length;
  const slope = correlation.map((c, i) => {
    let sum = c;
    for (let j = 0; j < count; j++) sum -= gram[i * count + j]! * factors[j]!;
    return sum;
  });
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) {
    let [moved, largest] = [0, 0];
    for (let i = 0; i < count; i++) {
      const own = gram[i * (count + 1)]!;
      const before = factors[i]!;
      const free = slope[i]! + own * before;
      const after = own > 0 ? (Math.sign(free) * Math.max(0, Math.abs(free) - penalty)) / own : 0;
      largest = Math.max(largest, Math.abs(after));
      const step = after - before;
      if (step === 0) continue;
      factors[i] = after;
      for (let j = 0; j < count; j++) slope[j]! -= gram[j * count + i]! * step;
      moved = Math.max(moved, Math.abs(step));
    }
    if (moved <= TOLERANCE * largest) break;
  }
  return factors;
}

/**
 * The blocks that stay when `keep` of them do: the penalty is bisected until as many factors are left. Where it jumps over the
 * number, the smallest shares of the nearest larger set go, too.
 */
export function lassoSelection(lasso: Lasso, keep: number): number[] {
  const count = lasso.correlation.length;
  const nonZero = (factors: Float64Array) => [...factors.keys()].filter((i) => factors[i] !== 0);
  let [low, high] = [0, lasso.correlation.reduce((most, c) => Math.max(most, Math.abs(c)), 0)];
  let factors: Float64Array = new Float64Array(count);
  let best: { kept: number[]; factors: Float64Array } | undefined;
  for (let i = 0; i < BISECTIONS; i++) {
    const penalty = (low + high) / 2;
    factors = descend(lasso, penalty, factors.slice());
    const kept = nonZero(factors);
    if (kept.length >= keep && (!best || kept.length <= best.kept.length)) best = { kept, factors };
    if (kept.length === keep) break;
    if (kept.length > keep) low = penalty;
    else high = penalty;
  }
  const share = (i: number) => Math.abs(best?.factors[i] ?? 0) * Math.sqrt(lasso.gram[i * (count + 1)]!);
  const candidates = [...Array(count).keys()].sort((a, b) => share(b) - share(a) || a - b);
  return candidates.slice(0, keep).sort((a, b) => a - b);
}
