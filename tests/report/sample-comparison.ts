/** Comparisons with figures that could have been measured, for the report to show. */
import { uniform } from "../../src/random.js";
import type { Comparison, Epoch, Variant } from "../../src/report/comparison.js";

export interface SampleSize {
  readonly methods?: readonly string[];
  /** Shares of the multiply-adds that are kept. */
  readonly budgets?: readonly number[];
  readonly layers?: number;
  /** Epochs of training, and of fine-tuning; 0 for no history. */
  readonly epochs?: number;
}

const TEST_PICTURES = 2000;

export function sampleComparison(size: SampleSize = {}): Comparison {
  const { methods = ["l1", "l2", "random"], budgets = [0.7, 0.5, 0.35], layers = 20, epochs = 24 } = size;
  const next = uniform(7);
  const dense = sampleVariant("dense", 1, 0, layers, epochs, next);
  const variants = methods.flatMap((method, m) =>
    budgets.map((keep) => ({
      ...sampleVariant(`${method}, macs=${keep}`, keep, m, layers, Math.ceil(epochs / 3), next),
      method,
    })),
  );
  return {
    title: "A residual network on ten kinds of glyphs",
    testPictures: TEST_PICTURES,
    facts: [
      { label: "engine", value: "Node 20.20.2, V8 11.3" },
      { label: "build", value: "baseline SIMD, one thread" },
      {
        label: "pictures",
        value: "glyphs, seed 1: 8,000 to train, 1,000 to validate, 2,000 to test; 32 x 32, ten classes",
      },
      { label: "seeds", value: "weights 1, order of pictures 2, random pruning 3" },
      { label: "rounds", value: "100, all networks in turn" },
    ],
    dense,
    variants,
  };
}

/** The k-th best method at a share of the multiply-adds. */
function sampleVariant(
  name: string,
  keep: number,
  k: number,
  layers: number,
  epochs: number,
  next: () => number,
): Variant {
  const isDense = keep === 1;
  const tuned = round(0.934 - 0.045 * (1 - keep) ** 2 * (1 + 0.8 * k) + 0.006 * (next() - 0.5));
  const accuracy = isDense
    ? { fineTuned: tuned }
    : {
        asCut: round(Math.max(0.1, tuned - (1 - keep) * (0.95 + 0.2 * k))),
        statistics: round(Math.max(0.1, tuned - (1 - keep) * (0.45 + 0.15 * k))),
        fineTuned: tuned,
      };
  const durations = Array.from({ length: layers }, (_, i) => ({
    name: i === 0 ? "stem" : `stage${1 + Math.floor((3 * i) / layers)}.${i}.conv`,
    kernel: "conv_winograd_f32",
    milliseconds:
      (0.04 + 0.05 * Math.abs(Math.sin(7 * i + 2))) *
      (1 + 0.04 * next()) *
      (isDense || i === 0 ? 1 : 0.15 + 0.9 * keep),
  }));
  const units = durations.map(({ name: unit }, i) => {
    const before = 16 * 2 ** Math.floor((3 * i) / layers);
    return {
      name: unit,
      before,
      after: isDense ? before : Math.max(1, Math.round(before * Math.min(1, keep + 0.5 * next() - 0.1))),
    };
  });
  return {
    name,
    accuracy,
    medianMs: durations.reduce((sum, { milliseconds }) => sum + milliseconds, 0.05),
    macs: Math.round(40.6e6 * keep),
    parameters: Math.round(270e3 * keep ** 0.9),
    bytes: Math.round(1.09e6 * keep ** 0.9),
    peakBytes: Math.round(2.4e6 * (0.3 + 0.7 * keep)),
    units,
    layers: durations,
    ...(epochs > 0 ? { history: sampleHistory(epochs, tuned, isDense ? 0.1 : 0.8, next) } : {}),
  };
}

const round = (share: number) => Math.round(share * TEST_PICTURES) / TEST_PICTURES;

function sampleHistory(epochs: number, end: number, begin: number, next: () => number): Epoch[] {
  return Array.from({ length: epochs }, (_, i) => {
    const way = 1 - Math.exp((-4 * (i + 1)) / epochs);
    const top1 = begin + (end + 0.03 - begin) * way + 0.01 * (next() - 0.5);
    return {
      epoch: i + 1,
      loss: 2.3 * (1 - top1) + 0.05,
      top1,
      validationTop1: top1 - 0.03 * way + 0.014 * (next() - 0.5),
    };
  });
}
