/** Elementwise on two operands, broadcast: what a broadcast operand gets is the sum over what it met. */
import { TrainingKernel } from "../../../assembly/training/abi.js";
import type { LayerOp } from "../../gen/network.js";
import { sameShape, type Shape, sizeOf } from "../../graph/graph.js";
import { broadcastIndex } from "../../ops/broadcast.js";
import type { Place } from "../../runtime/site.js";
import { NO_CLAMP, type Records, type Value } from "../records.js";
import { type BackwardSite, defineGradient, type ForwardSite } from "./gradient.js";
import { addOrCopy, copyOrZero } from "./pieces.js";

type Kind = Extract<LayerOp, { type: "binary" }>["kind"];
type Back = BackwardSite<object, unknown>;

const layer = (kind: Kind): LayerOp => ({ type: "binary", kind, operand: undefined, swapped: false });

/** y = a kind b, each of which may be a constant. */
function compute(records: Records, kind: Kind, a: Value, b: Value, y: Value, clamp = NO_CLAMP): void {
  records.layer(layer(kind), [a, b], y, clamp);
}

const forward = (kind: Kind) => (site: ForwardSite<object>) =>
  compute(site.records, kind, site.inputs[0]!, site.inputs[1]!, site.output, site.clamp);

/**
 * The gradient of an operand from what each element of the output says: by `part`, which writes it in full, or dy itself without.
 * Of a trained constant the images are added up.
 */
function contribute(site: Back, input: number, part?: (y: Value) => void): void {
  if (!site.wants(input) && !site.isTrained(input)) return;
  const { shape } = site.inputs[input]!;
  const isWhole = sameShape(shape, site.dy.shape);
  if (!part && isWhole && !site.isTrained(input)) return site.pass(input);
  let full = site.dy;
  if (part) {
    full = site.temporary(site.dy.shape);
    part(full);
  }
  if (site.isTrained(input)) return sumOverImages(site, input, full);
  site.gradient(input, (y, z) => {
    if (isWhole) addOrCopy(site.records, full.place, y, z, sizeOf(shape));
    else scatter(site.records, full, shape, y, z);
  });
}

function sumOverImages(site: Back, input: number, full: Value): void {
  const { shape } = site.inputs[input]!;
  const { place: y, mode } = site.parameter(input)!;
  let sums = full.place;
  if (!sameShape(shape, full.shape)) {
    sums = site.temporary(shape).place;
    scatter(site.records, full, shape, sums, undefined);
  }
  const fields = { g: sums, gEach: site.each(sums), images: site.images, count: sizeOf(shape), y, mode };
  site.records.all(TrainingKernel.SumImages, fields);
}

/** Adds each element of the full shape to the one that it was broadcast from. */
function scatter(records: Records, full: Value, shape: Shape, y: Place, z: Place | undefined): void {
  const count = sizeOf(full.shape);
  const key = `broadcast ${shape.join("x")} ${full.shape.join("x")}`;
  const index = broadcastIndex(full.shape, shape);
  const table = records.constants.words(
    count,
    (to) => {
      for (let i = 0; i < count; i++) to[i] = index(i);
    },
    key,
  );
  copyOrZero(records, y, z, sizeOf(shape));
  records.each(TrainingKernel.ScatterAdd, { g: full.place, y, table, count });
}

export const add = defineGradient<object>({
  parameters: { 0: "bias", 1: "bias" },
  clamps: true,
  forward: forward("add"),
  backward(site) {
    contribute(site, 0);
    contribute(site, 1);
  },
});

export const sub = defineGradient<object>({
  parameters: { 1: "bias" },
  clamps: true,
  forward: forward("sub"),
  backward(site) {
    contribute(site, 0);
    contribute(site, 1, (y) => negate(site.records, site.dy, y));
  },
});

function negate(records: Records, x: Value, y: Value): void {
  records.layer({ type: "unary", kind: "neg", alpha: 0, beta: 0 }, [x], y);
}

export const mul = defineGradient<object>({
  parameters: { 0: "norm", 1: "norm" },
  initial: { 0: 1, 1: 1 },
  clamps: true,
  forward: forward("mul"),
  backward(site) {
    const [a, b] = site.inputs as [Value, Value];
    contribute(site, 0, (y) => compute(site.records, "mul", site.dy, b, y));
    contribute(site, 1, (y) => compute(site.records, "mul", site.dy, a, y));
  },
});

export const div = defineGradient<object>({
  parameters: {},
  clamps: false,
  forward: forward("div"),
  backward(site) {
    const { records, dy, output } = site;
    const b = site.inputs[1]!;
    contribute(site, 0, (y) => compute(records, "div", dy, b, y));
    // The slope by b is -y / b.
    contribute(site, 1, (y) => {
      const product = site.temporary(dy.shape);
      const quotient = site.temporary(dy.shape);
      compute(records, "mul", dy, output, product);
      compute(records, "div", product, b, quotient);
      negate(records, quotient, y);
    });
  },
});

export const prelu = defineGradient<object>({
  parameters: { 1: "norm" },
  initial: { 1: 0.25 },
  clamps: false,
  forward: forward("prelu"),
  backward(site) {
    const { records, dy } = site;
    const [x, slope] = site.inputs as [Value, Value];
    const fields = { x: x.place, g: dy.place, count: sizeOf(dy.shape) };
    contribute(site, 0, (y) => {
      // The slopes in full: times one, which broadcasts.
      const ones = records.constants.floats(sizeOf(dy.shape), (to) => to.fill(1), `ones ${sizeOf(dy.shape)}`);
      const full = site.temporary(dy.shape);
      compute(records, "mul", { shape: dy.shape, place: ones }, slope, full);
      records.each(TrainingKernel.PreluGradient, { ...fields, w: full.place, y: y.place, mode: 0 });
    });
    contribute(site, 1, (y) =>
      records.each(TrainingKernel.PreluGradient, { ...fields, w: x.place, y: y.place, mode: 1 }),
    );
  },
});
