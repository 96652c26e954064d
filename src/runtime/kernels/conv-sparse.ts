/** Convolution by the numbers of a sparse filter alone: assembly/kernels/conv_sparse_f32.ts. */
import { Kernel } from "../../../assembly/abi.js";
import type { Geometry } from "../geometry.js";
import { eachKept } from "../mask.js";
import { sizeOf } from "../shape.js";
import { scratchEach, type Site } from "../site.js";
import { readStored, storedCount } from "../weights.js";
import type { ConvKernel, ConvLayer } from "./convolution.js";
import { planGroups } from "./planes.js";
import { pace } from "./tiles.js";

/** Pixels of a strip, as in the kernel. */
const STRIP = 28;
const STRIP_BYTES = 4 * STRIP;

/**
 * Multiply-adds of the baseline build at the dense product's full rate that one of a stored number takes, measured: in packed strips,
 * and where the strips lie in planes.
 */
const [PACKED_TERM_COST, TERM_COST] = [1.3, 1.55];
/** The same for beginning and ending the sum of one output element, and for packing an element of a strip. */
const [OUTPUT_COST, PACKING_COST] = [6, 2];

/** Whether a strip's elements are neighbours in every plane, so that strips are packed. */
const isPointwise = (g: Geometry) => g.kh * g.kw === 1 && g.top + g.left + g.bottom + g.right === 0;

/** Pixels that strips compute: they run on over the ends of padded rows. */
const pixelsOf = (g: Geometry) => (g.oh - 1) * (g.iw + g.left + g.right) + g.ow;

export const convSparse: ConvKernel = {
  name: "conv_sparse_f32",
  packing: { kind: "sparse" },
  algorithm: "sparse",
  error: 2 ** -20,
  fits: ({ geometry: g, groups, filter }) => filter.mask !== "all" && g.sh * g.sw * groups === 1,
  cost({ geometry: g, filter }, target) {
    const pixels = Math.ceil(pixelsOf(g) / STRIP) * STRIP;
    const [term, packing] = isPointwise(g) ? [PACKED_TERM_COST, g.ic * PACKING_COST] : [TERM_COST, 0];
    return g.n * pixels * pace(target) * (storedCount(filter) * term + g.oc * OUTPUT_COST + packing);
  },
  plan,
};

function plan(layer: ConvLayer, site: Site): void {
  const { geometry: g, filter } = layer;
  const isPacked = isPointwise(g);
  const count = sizeOf(filter.shape);
  const perOutput = count / g.oc;
  const width = g.left + g.iw + g.right;
  const planeBytes = isPacked ? STRIP_BYTES : 4 * (g.top + g.ih + g.bottom) * width;
  const offsetOf = (term: number): number => {
    const tap = term % (g.kh * g.kw);
    const rows = Math.floor(tap / g.kw) * g.dh;
    return ((term - tap) / (g.kh * g.kw)) * planeBytes + 4 * (rows * width + (tap % g.kw) * g.dw);
  };
  const pairs = site.constants.words(2 * storedCount(filter), (to) => {
    const values = new Float32Array(to.buffer, to.byteOffset, to.length);
    const stored = readStored(filter);
    let next = 0;
    eachKept(filter, (position) => {
      values[2 * next] = stored[next]!;
      to[2 * next++ + 1] = offsetOf(position % perOutput);
    });
  });
  const table = site.constants.words(g.oc + 1, (to) => {
    eachKept(filter, (position) => to[Math.floor(position / perOutput) + 1]!++);
    for (let o = 0; o < g.oc; o++) to[o + 1]! += to[o]!;
  });
  const share = STRIP_BYTES * (1 + (isPacked ? g.ic : 0)) + 64;
  planGroups(Kernel.ConvSparse, g, layer, site, {
    filter: pairs,
    filterBytes: 0,
    fields: { ...scratchEach(site, share), table, block: isPacked ? 1 : 0 },
  });
}
