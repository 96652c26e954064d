import { ModelError } from "../errors.js";
import { sizeOf } from "../graph/graph.js";
import { defineOp } from "./op.js";

export type LrnAttrs = {
  /** Neighbouring channels that count: (size - 1) / 2 in front, rounded down, the channel itself, size / 2 behind. */
  readonly size: number;
  readonly alpha: number;
  readonly beta: number;
  /** Above 0. */
  readonly bias: number;
};

/**
 * Local response normalisation over channels of axis 1 (Krizhevsky et al. 2012):
 * y = x / (bias + alpha / size * sum of squares of the channels around)^beta.
 */
export const lrn = defineOp({
  name: "lrn",
  windowed: true,

  infer({ size, bias, alpha }: LrnAttrs, [x]) {
    if (x!.length < 2) throw new ModelError(`expected an input with 2 axes or more, got ${x!.length}`);
    if (!(size >= 1 && bias > 0 && alpha >= 0)) {
      throw new ModelError(`size ${size}, bias ${bias}, alpha ${alpha}: expected 1 or more, above 0, and 0 or more`);
    }
    return [x!];
  },

  evaluate({ size, alpha, beta, bias }, [x]) {
    const [channels, plane] = [x!.shape[1]!, sizeOf(x!.shape.slice(2))];
    const data = Float64Array.from(x!.data, (value, i) => {
      const c = Math.floor(i / plane) % channels;
      const first = Math.max(0, c - Math.floor((size - 1) / 2));
      const last = Math.min(channels - 1, c + Math.floor(size / 2));
      let sum = 0;
      for (let other = first; other <= last; other++) sum += x!.data[i + (other - c) * plane]! ** 2;
      return value / (bias + (alpha / size) * sum) ** beta;
    });
    return [{ shape: x!.shape, data }];
  },

  atoms(_attrs, [x], channels) {
    channels.freeze(x![1], "normalised by the channels beside it");
    return [x!];
  },

  macs: () => 0,

  lower({ size, alpha, beta, bias }) {
    const none = { axis: 0, groups: 0, scale: undefined, bias: undefined };
    const numbers = { epsilon: bias, size, alpha: alpha / size, beta };
    return { layer: { type: "normalise", kind: "neighbours", ...none, ...numbers }, reads: [0] };
  },

  raise: (layer) =>
    layer.type === "normalise" && layer.kind === "neighbours"
      ? {
          attrs: { size: layer.size, alpha: layer.alpha * layer.size, beta: layer.beta, bias: layer.epsilon },
          constants: [],
        }
      : undefined,
});
