/** What activations make of normally distributed numbers. */
import { erfComplement } from "../../ops/erf.js";

/** y = min(max(x, low), high): ReLU is [0, Infinity], no activation [-Infinity, Infinity]. */
export interface Clamp {
  readonly low: number;
  readonly high: number;
}

/** Mean and standard deviation of a normally distributed number. */
export interface Normal {
  readonly mean: number;
  readonly deviation: number;
}

/** What lies further off than this many deviations counts for nothing: 1e-15 of the whole. */
const FAR = 8;

const density = (t: number) => Math.exp((-t * t) / 2) / Math.sqrt(2 * Math.PI);
const below = (t: number) => erfComplement(-t / Math.SQRT2) / 2;

/** E[max(x, 0)] = mean * P(t) + deviation * p(t) with t = mean / deviation. */
function rectifiedMean(mean: number, deviation: number): number {
  if (deviation === 0) return Math.max(mean, 0);
  const t = mean / deviation;
  return mean * below(t) + deviation * density(t);
}

/** E[clamp(x)]. */
export function clampedMean({ mean, deviation }: Normal, { low, high }: Clamp): number {
  // clamp(x) = x + max(low - x, 0) - max(x - high, 0), and low > -Infinity or high < Infinity only add where they are.
  const under = low === -Infinity ? 0 : rectifiedMean(low - mean, deviation);
  const over = high === Infinity ? 0 : rectifiedMean(mean - high, deviation);
  return mean + under - over;
}

/**
 * E[clamp(x) clamp(y)] for two numbers with this correlation: the integral over x of clamp(x) times what clamp(y) is on the
 * average where x is known. Gauss' rule between the points at which one of the two bends.
 */
export function clampedProduct(x: Normal, y: Normal, correlation: number, clamp: Clamp): number {
  const slope = correlation * y.deviation;
  const spread = y.deviation * Math.sqrt(Math.max(0, 1 - correlation * correlation));
  const bends = [-FAR, 0, FAR];
  for (const limit of [clamp.low, clamp.high]) {
    bends.push((limit - x.mean) / x.deviation);
    if (slope !== 0) bends.push((limit - y.mean) / slope);
  }
  const ends = bends.filter((u) => Math.abs(u) <= FAR).sort((a, b) => a - b);
  const integrand = (u: number) => {
    const clamped = Math.min(Math.max(x.mean + x.deviation * u, clamp.low), clamp.high);
    return clamped === 0
      ? 0
      : density(u) * clamped * clampedMean({ mean: y.mean + slope * u, deviation: spread }, clamp);
  };
  return ends.slice(1).reduce((sum, end, i) => sum + integrate(integrand, ends[i]!, end), 0);
}

/** Points of Gauss' rule on each piece. */
const POINTS = 24;
const RULE = gaussLegendre(POINTS);

function integrate(f: (u: number) => number, from: number, to: number): number {
  const [middle, half] = [(from + to) / 2, (to - from) / 2];
  return half === 0 ? 0 : half * RULE.reduce((sum, { at, weight }) => sum + weight * f(middle + half * at), 0);
}

/** Roots of the Legendre polynomial by Newton's method, and their weights (Abramowitz and Stegun, 25.4.29). */
function gaussLegendre(count: number): { readonly at: number; readonly weight: number }[] {
  return Array.from({ length: count }, (_, i) => {
    let at = Math.cos((Math.PI * (i + 0.75)) / (count + 0.5));
    let slope = 1;
    for (let round = 0; round < 20; round++) {
      let [previous, value] = [0, 1];
      for (let n = 1; n <= count; n++) {
        [previous, value] = [value, ((2 * n - 1) * at * value - (n - 1) * previous) / n];
      }
      slope = (count * (at * value - previous)) / (at * at - 1);
      at -= value / slope;
    }
    return { at, weight: 2 / ((1 - at * at) * slope * slope) };
  });
}
