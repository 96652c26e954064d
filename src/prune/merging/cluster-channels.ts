/** Which channels of a unit are alike, and what stands for each when it goes. */
import { dendrogram, type Linkage } from "../../linalg/clustering.js";
import type { ChannelMoments } from "./channel-moments.js";
import type { Fold, FoldingUnit } from "./fold-channels.js";
import { outgoing, type Reader } from "./readers.js";

/** For one reader, what goes wrong when channel `from` is read as channel `into`. */
type Loss = (reader: Reader, moments: ChannelMoments) => (from: number, into: number) => number;

export const LOSSES = {
  /** The mean square of what is left when it is folded into the other, times the squares of the weights that read it. */
  loss(reader, moments) {
    const weights = weightsOf(reader);
    return (from, into) => weights[from]! * foldOf(reader, moments, from, into).left;
  },
  /** E[(x_i - x_j)^2], as a share of the channels' own squares. */
  plain(_reader, { mean, products }) {
    const width = mean.length;
    return (i, j) => {
      const squares = products[i * (width + 1)]! + products[j * (width + 1)]!;
      return squares > 0 ? Math.max(0, squares - 2 * products[i * width + j]!) / squares : 0;
    };
  },
} as const satisfies Record<string, Loss>;

/** Sum of squares of the weights with which a layer reads each channel. */
function weightsOf(reader: Reader): Float64Array {
  return Float64Array.from(reader.slices, (_, c) => outgoing(reader, c).reduce((sum, value) => sum + value * value, 0));
}

/**
 * Channels are as far apart as what goes wrong when one of them is read as the other, whichever way less does, added up over the
 * readers. Scores are heights in the dendrogram. Of two representatives whose clusters join the one goes of which the readers make
 * less: its variance (its mean square, where they take no constant) times the squares of their weights.
 */
export function clusterChannels(
  width: number,
  readers: readonly Reader[],
  moments: readonly (ChannelMoments | undefined)[],
  loss: Loss,
  linkage: Linkage,
): Pick<FoldingUnit, "scores" | "successors"> {
  const [lost, worth] = [new Float64Array(width * width), new Float64Array(width)];
  readers.forEach((reader, r) => {
    const known = moments[r];
    if (!known) return;
    const lostBy = loss(reader, known);
    const weights = weightsOf(reader);
    for (let i = 0; i < width; i++) {
      const mean = reader.takesRest ? known.mean[i]! : 0;
      worth[i]! += weights[i]! * (known.products[i * (width + 1)]! - mean * mean);
      for (let j = 0; j < width; j++) if (i !== j) lost[i * width + j]! += lostBy(i, j);
    }
  });
  const distances = lost.map((own, at) => Math.min(own, lost[(at % width) * width + Math.floor(at / width)]!));
  const scores = new Float64Array(width).fill(Infinity);
  const successors = Int32Array.from({ length: width }, (_, c) => c);
  const representatives = Int32Array.from(successors);
  for (const { into, from, height } of dendrogram(distances, width, linkage)) {
    const [a, b] = [representatives[into]!, representatives[from]!];
    const [stays, goes] = worth[a]! >= worth[b]! ? [a, b] : [b, a];
    scores[goes] = height;
    successors[goes] = stays;
    representatives[into] = stays;
  }
  return { scores, successors };
}

/** Less variance than this, as a share of the square: the channel is constant. */
const CONSTANT = 1e-9;

/**
 * The factor with which one channel comes nearest to another in the mean of squares, the mean of what is left, and its mean square.
 * Where the reader takes no constant, the factor alone comes as near as it can.
 */
function foldOf({ takesRest }: Reader, { mean, products }: ChannelMoments, from: number, into: number) {
  const width = mean.length;
  const [x, y] = takesRest ? [mean[into]!, mean[from]!] : [0, 0];
  const square = products[into * (width + 1)]!;
  const [variance, covariance] = [square - x * x, products[from * width + into]! - x * y];
  const factor = variance > CONSTANT * square ? covariance / variance : 0;
  const left = products[from * (width + 1)]! - y * y - factor * covariance;
  return { factor, rest: mean[from]! - factor * mean[into]!, left: Math.max(0, left) };
}

/** By least squares from the moments of each reader. */
export function foldByLeastSquares(
  readers: readonly Reader[],
  moments: readonly (ChannelMoments | undefined)[],
): FoldingUnit["fold"] {
  return (reader, from, into): Fold | undefined => {
    const known = moments[readers.indexOf(reader)];
    return known && foldOf(reader, known, from, into);
  };
}
