/** The order in which channels go when each is folded into the one whose filter is nearest (Srinivas and Babu 2015, section 3). */
import type { FilterRows } from "./filter-rows.js";
import type { FoldingUnit } from "./fold-channels.js";
import { outgoing, type Reader } from "./readers.js";

export interface Operated extends Pick<FoldingUnit, "scores" | "successors"> {
  /** The most frequent saliency of all pairs in the beginning (section 3.3). */
  readonly cutOff: number;
}

/**
 * The saliency of a channel j is s_j = <a_j^2> min over i of |row_i - row_j|^2, with <a_j^2> the mean over the readers' outputs of
 * the squared weights with which they read it, times its scale. The least salient goes, and its weights are added to those of i.
 * Scores are saliencies, none lower than that of a channel which went before.
 */
export function operate({ rows, scales, constants }: FilterRows, readers: readonly Reader[]): Operated {
  const width = rows.length;
  const distances = squaredDistances(rows);
  const weights = readers.map((reader) => weightsOf(reader, scales));
  const isConstant = (c: number) => constants[c] !== undefined;
  const squareOf = (c: number) => (isConstant(c) ? 0 : weights.reduce((sum, own) => sum + meanSquare(own, c), 0));
  const squares = Float64Array.from(rows, (_, c) => squareOf(c));
  const left = new Set(rows.keys());
  const nearest = Int32Array.from(rows, (_, c) => nearestTo(c, distances, left));
  const saliency = (c: number) => squares[c]! * distances[c * width + nearest[c]!]!;
  const cutOff = mostFrequent(
    distances.map((distance, at) => squares[at % width]! * distance).filter((_, at) => at % (width + 1) > 0),
  );
  const scores = new Float64Array(width).fill(Infinity);
  const successors = Int32Array.from(rows, (_, c) => c);
  for (let last = 0; left.size > 1;) {
    const goes = [...left].reduce((best, c) => (saliency(c) < saliency(best) ? c : best));
    const stays = nearest[goes]!;
    last = Math.max(last, saliency(goes));
    scores[goes] = last;
    successors[goes] = stays;
    left.delete(goes);
    if (!isConstant(goes)) weights.forEach((own) => own.folds && addTo(own.byChannel[stays]!, own.byChannel[goes]!));
    squares[stays] = squareOf(stays);
    for (const c of left) if (nearest[c] === goes) nearest[c] = nearestTo(c, distances, left);
  }
  return { scores, successors, cutOff };
}

/** [channels][channels]: |row_i - row_j|^2. */
function squaredDistances(rows: readonly Float64Array[]): Float64Array {
  const width = rows.length;
  const distances = new Float64Array(width * width);
  for (let i = 0; i < width; i++) {
    for (let j = 0; j < i; j++) {
      const [a, b] = [rows[i]!, rows[j]!];
      let sum = 0;
      for (let k = 0; k < a.length; k++) sum += (a[k]! - b[k]!) ** 2;
      distances[i * width + j] = sum;
      distances[j * width + i] = sum;
    }
  }
  return distances;
}

/** The weights with which a layer reads channels, each times the channel's scale. */
interface Weights {
  readonly byChannel: readonly Float64Array[];
  /** Whether channels are folded into one another for this layer. */
  readonly folds: boolean;
  readonly outputs: number;
}

function weightsOf(reader: Reader, scales: Float64Array): Weights {
  return {
    byChannel: Array.from(scales, (scale, c) => outgoing(reader, c).map((weight) => weight * scale)),
    folds: reader.leftOut === undefined,
    outputs: reader.gains.length || 1,
  };
}

const meanSquare = ({ byChannel, outputs }: Weights, channel: number) =>
  byChannel[channel]!.reduce((sum, weight) => sum + weight * weight, 0) / outputs;

function addTo(into: Float64Array, from: Float64Array): void {
  for (let k = 0; k < into.length; k++) into[k]! += from[k]!;
}

/** Of the others that are left; the channel itself where there is none. */
function nearestTo(channel: number, distances: Float64Array, left: ReadonlySet<number>): number {
  const row = channel * Math.sqrt(distances.length);
  let best = -1;
  for (const other of left) {
    if (other !== channel && (best < 0 || distances[row + other]! < distances[row + best]!)) best = other;
  }
  return best < 0 ? channel : best;
}

/** Bins of the histogram, and which share of the numbers it shows: the largest would leave the others one bin. */
const BINS = 100;
const SHOWN = 0.95;

/** The middle of the fullest bin; 0 where there are no numbers. */
function mostFrequent(numbers: Float64Array): number {
  const sorted = numbers.slice().sort();
  const end = sorted[Math.min(sorted.length - 1, Math.floor(SHOWN * sorted.length))] ?? 0;
  if (!(end > 0)) return 0;
  const counts = new Float64Array(BINS);
  for (const number of sorted) if (number <= end) counts[Math.min(BINS - 1, Math.floor((number / end) * BINS))]!++;
  return ((counts.indexOf(Math.max(...counts)) + 0.5) / BINS) * end;
}
