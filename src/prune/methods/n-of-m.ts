import type { EditGroups } from "../groups.js";
import type { Layer } from "../layers.js";
import { maskEdit } from "../edits/mask.js";
import { definePlanMethod } from "./method.js";
import type { MethodOption } from "./option.js";
import { kernelOf, layersOf, planByGroups } from "./weight-groups.js";

interface Pattern {
  readonly n: number;
  readonly m: number;
}

const pattern: MethodOption<Pattern> = {
  default: "2:4",
  value: "n:m",
  meaning: "how many weights stay of how many neighbouring input channels",
  parse(text) {
    const [, n, m] = (/^(\d{1,4}):(\d{1,4})$/.exec(text) ?? []).map(Number);
    if (n === undefined || m === undefined || n < 1 || n >= m)
      throw new Error("expected n:m with 1 <= n < m, such as 2:4");
    return { n, m };
  },
};

/**
 * Of each m neighbouring input channels at one tap of one output channel the n largest weights stay. Input channels behind the last
 * whole m stay as they are.
 */
export const nOfM = definePlanMethod({
  name: "n:m",
  summary:
    "of every m neighbouring input channels the n largest weights stay; the pattern is the budget, --keep says in how many layers",
  paper: "Zhou et al. 2021, Learning N:M Fine-grained Structured Sparse Neural Networks from Scratch, section 3.1",
  removes: "single weights, equally many everywhere",
  needs: ["weights"],
  budgets: ["weights", "macs", "parameters", "bytes", "ms"],
  scopes: ["global"],
  needsBudget: false,
  options: { pattern },
  plan(context) {
    const { n, m } = context.options.pattern;
    const layers = layersOf(
      context,
      ({ filter }) => filter.shape[1]! >= m,
      `no layer reads ${m} or more input channels in one group`,
    );
    const masks = layers.map((layer) => patternMask(layer, n, m));
    if (context.keep)
      return planByGroups(
        context,
        layers.map((layer, i) => wholeLayer(layer, masks[i]!)),
      );
    return { edits: layers.flatMap((layer, i) => maskEdit(layer, 1, masks[i]!) ?? []) };
  },
});

/** 1 for the weights that stay. */
function patternMask(layer: Layer, n: number, m: number): Uint8Array {
  const { shape, data } = layer.filter;
  const [oc, ic, taps] = [shape[0]!, shape[1]!, kernelOf(layer)[0] * kernelOf(layer)[1]];
  const bits = new Uint8Array(data.length).fill(1);
  for (let o = 0; o < oc; o++) {
    for (let first = 0; first + m <= ic; first += m) {
      for (let tap = 0; tap < taps; tap++) {
        const places = Array.from({ length: m }, (_, c) => (o * ic + first + c) * taps + tap);
        places.sort((a, b) => Math.abs(data[b]!) - Math.abs(data[a]!) || a - b);
        places.slice(n).forEach((place) => (bits[place] = 0));
      }
    }
  }
  return bits;
}

/** One group: all that the pattern takes. Layers come by the share of their energy that is lost for each weight. */
function wholeLayer(layer: Layer, mask: Uint8Array): EditGroups {
  const { data } = layer.filter;
  let [weights, lost, all] = [0, 0, 0];
  for (let i = 0; i < data.length; i++) {
    all += data[i]! ** 2;
    if (mask[i] || data[i] === 0) continue;
    weights++;
    lost += data[i]! ** 2;
  }
  return {
    layer,
    scores: Float64Array.of(lost / (all || 1) / (weights || 1)),
    weights: [weights],
    mayLoseAll: true,
    edit: ([stays]) => (stays ? undefined : maskEdit(layer, 1, mask)),
  };
}
