/**
 * The rank that a noisy matrix has: variational Bayesian matrix factorisation, in closed form.
 *
 * Nakajima et al. 2013, Global Analytic Solution of Fully-observed Variational Bayesian Matrix Factorization, theorem 2 and
 * section 5 (the noise variance by minimising the free energy).
 */

/** Noise variances that are tried, in equal ratios, and steps of the golden section between the best one's neighbours. */
const GRID = 64;
const SECTIONS = 60;

/** How many singular values of a rows x columns matrix are more than noise; `squares` are their squares, falling. */
export function bayesianRank(squares: Float64Array, rows: number, columns: number): number {
  const [short, long] = [Math.min(rows, columns), Math.max(rows, columns)];
  const values = Float64Array.from({ length: short }, (_, i) => squares[i] ?? 0);
  const total = values.reduce((sum, v) => sum + v, 0);
  if (total === 0) return 0;
  const alpha = short / long;
  const tau = 2.5129 * Math.sqrt(alpha);
  const bound = (1 + tau) * (1 + alpha / tau);
  const variance = noiseVariance(values, long, alpha, bound);
  return values.filter((v) => v > long * variance * bound).length;
}

/** The variance with the least free energy, between what theorem 2 allows. */
function noiseVariance(squares: Float64Array, long: number, alpha: number, bound: number): number {
  const short = squares.length;
  const mostSignals = Math.max(0, Math.min(Math.ceil(short / (1 + alpha)) - 1, short - 1));
  const rest = squares.subarray(mostSignals);
  const mean = (list: Float64Array) => list.reduce((sum, v) => sum + v, 0) / list.length;
  const high = mean(squares) / long;
  const low = Math.max(rest[0]! / (long * bound), mean(rest) / long, 1e-12 * high);
  const energy = (logVariance: number) => freeEnergy(Math.exp(logVariance), squares, long, alpha, bound);
  const [from, to] = [Math.log(Math.min(low, high)), Math.log(high)];
  const at = (i: number) => from + ((to - from) * i) / GRID;
  let best = 0;
  for (let i = 1; i <= GRID; i++) if (energy(at(i)) < energy(at(best))) best = i;
  return Math.exp(goldenSection(energy, at(Math.max(0, best - 1)), at(Math.min(GRID, best + 1))));
}

/** The free energy of a noise variance, up to a constant. */
function freeEnergy(variance: number, squares: Float64Array, long: number, alpha: number, bound: number): number {
  let energy = 0;
  for (const square of squares) {
    const x = Math.max(square / (long * variance), 1e-300);
    if (x <= bound) {
      energy += x - Math.log(x);
      continue;
    }
    const tau = 0.5 * (x - (1 + alpha) + Math.sqrt((x - (1 + alpha)) ** 2 - 4 * alpha));
    energy += x - tau + Math.log((tau + 1) / x) + alpha * Math.log(tau / alpha + 1);
  }
  return energy;
}

/** Where a function with one valley in [low, high] is least. Kiefer 1953. */
function goldenSection(f: (x: number) => number, low: number, high: number): number {
  const ratio = (Math.sqrt(5) - 1) / 2;
  let [a, b] = [low, high];
  for (let step = 0; step < SECTIONS; step++) {
    const [c, d] = [b - ratio * (b - a), a + ratio * (b - a)];
    if (f(c) < f(d)) b = d;
    else a = c;
  }
  return (a + b) / 2;
}
