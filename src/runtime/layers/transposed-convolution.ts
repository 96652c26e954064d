import { Abi } from "../../../assembly/abi.js";
import type { Weights } from "../../gen/network.js";
import { ModelError } from "../../errors.js";
import { planCopy } from "../copy.js";
import type { Geometry } from "../geometry.js";
import { checkList } from "../lists.js";
import { LIMITS } from "../limits.js";
import { type Shape, sizeOf } from "../shape.js";
import { alignUp, behind, Constants, type Place, type Site } from "../site.js";
import { ALL_KEPT } from "../mask.js";
import { checkVector, checkWeights, readWeights, storedCount } from "../weights.js";
import { planDense } from "./convolution.js";
import { type LayerRule, one, type OpOf } from "./layer.js";

type Transposed = OpOf<"transposedConvolution">;

function outputSize(op: Transposed, axis: 0 | 1, size: number): number {
  const reach = (size - 1) * op.strides[axis]! + (op.filter.shape[axis + 2]! - 1) * op.dilations[axis]! + 1;
  return reach + op.outputPadding[axis]! - op.pads[axis]! - op.pads[axis + 2]!;
}

/** One number for each output channel. */
const outputChannels = ({ groups, filter }: Transposed) => groups * filter.shape[1]!;

export const transposedConvolution: LayerRule<"transposedConvolution"> = {
  inputs: one,
  shape(op, [x]) {
    checkWeights(op.filter, "filter", 4);
    checkList(op.strides, "strides", 2, 1);
    checkList(op.dilations, "dilations", 2, 1);
    checkList(op.pads, "pads", 4, 0);
    checkList(op.outputPadding, "output padding", 2, 0);
    if (x!.length !== 4) throw new ModelError(`expected an input with 4 axes, got ${x!.length}`);
    if (op.groups < 1 || op.filter.shape[0] !== x![1] || x![1]! % op.groups !== 0) {
      throw new ModelError(
        `filter of ${op.filter.shape[0]} input channels in ${op.groups} groups does not fit an input of ${x![1]} channels`,
      );
    }
    checkVector(op.bias, "bias", outputChannels(op));
    const [oh, ow] = [outputSize(op, 0, x![2]!), outputSize(op, 1, x![3]!)];
    if (oh < 1 || ow < 1) throw new ModelError(`pads [${op.pads.join(", ")}] leave nothing of the output`);
    if (op.strides[0]! * op.strides[1]! > LIMITS.count) {
      throw new ModelError(`strides [${op.strides.join(", ")}] make more than ${LIMITS.count} phases`);
    }
    return [x![0]!, outputChannels(op), oh, ow];
  },
  macs: (op, [x]) => (sizeOf(x!) / x![1]!) * storedCount(op.filter),
  clamps: true,
  adds: false,
  view: false,
  plan(op, site) {
    const phases = findPhases(op, site.inputs[0]!.shape, site.output.shape);
    if (phases.length === 1 && phases[0]!.whole) return planPhase(op, phases[0]!, site, site.output.place);
    const { outputBytes, scratchBytes } = measure(op, phases, site);
    const [place, scratch] = [site.scratch(outputBytes), site.scratch(scratchBytes)];
    const kernels = new Set<string>();
    for (const phase of phases) {
      const take = allocator(scratch);
      planPhase(op, phase, { ...site, scratch: take, pick: (kernel) => kernels.add(kernel) }, place);
      interleave(op, phase, site, place);
    }
    site.pick(`${phases.length} x ${[...kernels].join(", ")}`, "one convolution for each phase of the strides");
  },
};

/** Output rows p with (p + top) mod stride = phase, as a convolution of stride 1 along one axis. */
interface AxisPhase {
  /** Taps of the filter that reach these rows, in the order in which they meet the input. Empty: none does. */
  readonly taps: readonly number[];
  readonly dilation: number;
  /** Zero rows in front of and behind the input. */
  readonly before: number;
  readonly after: number;
  /** Rows that are computed; of these the first `skip` lie outside the output. */
  readonly count: number;
  readonly skip: number;
  /** The first output row, and how many. */
  readonly first: number;
  readonly used: number;
}

interface Phase {
  readonly rows: AxisPhase;
  readonly columns: AxisPhase;
  readonly geometry: Geometry;
  /** Whether the phase is the whole output. */
  readonly whole: boolean;
}

/**
 * Row p of the output is the sum over taps k of row (p + top - k * dilation) / stride of the input, where that is whole. With
 * p + top = q * stride + phase, the taps with k * dilation = phase (mod stride) meet the rows q - e, e = (k * dilation - phase) / stride.
 */
function axisPhase(op: Transposed, axis: 0 | 1, phase: number, size: number, output: number): AxisPhase | undefined {
  const [stride, dilation, cut] = [op.strides[axis]!, op.dilations[axis]!, op.pads[axis]!];
  const firstQ = Math.ceil((cut - phase) / stride);
  const first = firstQ * stride + phase - cut;
  if (first >= output) return undefined;
  const used = Math.floor((output - 1 - first) / stride) + 1;
  const kernel = Array.from({ length: op.filter.shape[axis + 2]! }, (_, k) => k);
  const taps = kernel.filter((k) => (k * dilation - phase) % stride === 0).reverse();
  const shift = (k: number) => (k * dilation - phase) / stride;
  if (taps.length === 0) return { taps, dilation: 1, before: 0, after: used, count: used, skip: 0, first, used };
  const skip = Math.max(0, firstQ - shift(taps[0]!));
  return {
    taps,
    dilation: taps.length > 1 ? shift(taps[0]!) - shift(taps[1]!) : 1,
    before: shift(taps[0]!) - firstQ + skip,
    after: Math.max(0, firstQ + used - 1 - shift(taps.at(-1)!) - (size - 1)),
    count: used + skip,
    skip,
    first,
    used,
  };
}

function findPhases(op: Transposed, x: Shape, y: Shape): Phase[] {
  const along = (axis: 0 | 1) =>
    Array.from({ length: op.strides[axis]! }, (_, phase) =>
      axisPhase(op, axis, phase, x[axis + 2]!, y[axis + 2]!),
    ).filter((phase) => phase !== undefined);
  const [n, ic, ih, iw] = x as [number, number, number, number];
  const columnPhases = along(1);
  return along(0).flatMap((rows) =>
    columnPhases.map((columns): Phase => {
      const empty = rows.taps.length === 0 || columns.taps.length === 0;
      const geometry: Geometry = {
        n,
        ic,
        ih,
        iw,
        oc: y[1]!,
        oh: rows.count,
        ow: columns.count,
        kh: empty ? 1 : rows.taps.length,
        kw: empty ? 1 : columns.taps.length,
        sh: 1,
        sw: 1,
        dh: rows.dilation,
        dw: columns.dilation,
        top: rows.before,
        left: columns.before,
        bottom: Math.max(rows.after, empty ? rows.count : 0),
        right: Math.max(columns.after, empty ? columns.count : 0),
      };
      return {
        rows,
        columns,
        geometry,
        whole: rows.used === y[2] && columns.used === y[3] && rows.skip + columns.skip === 0,
      };
    }),
  );
}

/** The taps of one phase as the filter of a convolution, made when it is packed. All zeros where no tap reaches the phase. */
function phaseFilter(op: Transposed, { rows, columns, geometry: g }: Phase): Weights {
  const [, ocg, kh, kw] = op.filter.shape as [number, number, number, number];
  const icg = g.ic / op.groups;
  const shape = [g.oc, icg, g.kh, g.kw];
  return {
    ...ALL_KEPT,
    shape,
    encoding: "f32",
    get data() {
      const from = readWeights(op.filter);
      const to = new Float32Array(sizeOf(shape));
      if (rows.taps.length > 0 && columns.taps.length > 0) {
        for (let at = 0; at < to.length; at++) {
          const [o, c] = [Math.floor(at / (icg * g.kh * g.kw)), Math.floor(at / (g.kh * g.kw)) % icg];
          const [row, column] = [rows.taps[Math.floor(at / g.kw) % g.kh]!, columns.taps[at % g.kw]!];
          const channel = Math.floor(o / ocg) * icg + c;
          to[at] = from[((channel * ocg + (o % ocg)) * kh + row) * kw + column]!;
        }
      }
      return new Uint8Array(to.buffer);
    },
  };
}

/** A phase as a convolution layer. */
function planPhase(op: Transposed, phase: Phase, site: Site, y: Place): void {
  const { geometry, geometry: g } = phase;
  const { groups, bias } = op;
  const layer = { geometry, groups, filter: phaseFilter(op, phase), bias };
  planDense(layer, { ...site, output: { shape: [g.n, g.oc, g.oh, g.ow], place: y } });
}

/** Places one behind the other. */
function allocator(first: Place): (bytes: number) => Place {
  let taken = 0;
  return (bytes) => {
    const place = behind(first, taken);
    taken += alignUp(bytes + Abi.slackBytes);
    return place;
  };
}

/** Phases run one after the other: what one writes, and its scratch memory, the next one may write over. */
function measure(op: Transposed, phases: readonly Phase[], site: Site): { outputBytes: number; scratchBytes: number } {
  let [outputBytes, scratchBytes] = [0, 0];
  for (const phase of phases) {
    const { n, oc, oh, ow } = phase.geometry;
    let bytes = 0;
    const scratch = (wanted: number) => ((bytes += alignUp(wanted + Abi.slackBytes)), site.output.place);
    const nothing = { constants: new Constants(), scratch, step: () => {}, pick: () => {} };
    planPhase(op, phase, { ...site, ...nothing }, site.output.place);
    scratchBytes = Math.max(scratchBytes, bytes);
    outputBytes = Math.max(outputBytes, 4 * n * oc * oh * ow);
  }
  return { outputBytes, scratchBytes };
}

/** Moves a phase's rows and columns to every stride-th row and column of the output. */
function interleave(op: Transposed, { rows, columns, geometry: g }: Phase, site: Site, from: Place): void {
  const [, , height, width] = site.output.shape as [number, number, number, number];
  const [down, across] = op.strides as [number, number];
  planCopy(
    site,
    { place: from, first: rows.skip * g.ow + columns.skip, strides: [g.oh * g.ow, g.ow, 1] },
    {
      place: site.output.place,
      first: rows.first * width + columns.first,
      strides: [height * width, down * width, across],
    },
    [g.n * g.oc, rows.used, columns.used],
  );
}
