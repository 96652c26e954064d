import { ModelError } from "../errors.js";
import { sizeOf } from "../graph/graph.js";
import { type Atoms, countKept, defineOp } from "./op.js";

export type PadAttrs = {
  /** Elements added in front of and behind each axis. */
  readonly before: readonly number[];
  readonly after: readonly number[];
  readonly mode: "constant" | "reflect" | "edge";
  /** What "constant" fills with. */
  readonly value: number;
};

/** Where output element `i` of an axis comes from; undefined for the constant. */
function source(i: number, size: number, mode: PadAttrs["mode"]): number | undefined {
  if (i >= 0 && i < size) return i;
  if (mode === "constant") return undefined;
  if (mode === "edge") return i < 0 ? 0 : size - 1;
  const period = Math.max(1, 2 * (size - 1));
  const folded = ((i % period) + period) % period;
  return folded < size ? folded : period - folded;
}

/** Elements added around a value: a constant, the mirrored inside (without the edge), or the edge repeated. */
export const pad = defineOp({
  name: "pad",
  moves: true,

  infer(attrs: PadAttrs, [x]) {
    if (attrs.before.length !== x!.length || attrs.after.length !== x!.length) {
      throw new ModelError(`pads for ${attrs.before.length} axes, input has ${x!.length}`);
    }
    x!.forEach((size, axis) => {
      const most = Math.max(attrs.before[axis]!, attrs.after[axis]!);
      if (attrs.mode === "reflect" && most >= size) {
        throw new ModelError(`reflects ${most} elements of axis ${axis}, which has only ${size - 1} besides the edge`);
      }
    });
    return [x!.map((size, axis) => size + attrs.before[axis]! + attrs.after[axis]!)];
  },

  evaluate(attrs, [x]) {
    const shape = this.infer(attrs, [x!.shape])[0]!;
    const data = Float64Array.from({ length: sizeOf(shape) }, (_, i) => {
      let from = 0;
      let stride = 1;
      for (let axis = shape.length - 1; axis >= 0; axis--) {
        const at = source((i % shape[axis]!) - attrs.before[axis]!, x!.shape[axis]!, attrs.mode);
        if (at === undefined) return attrs.value;
        from += at * stride;
        stride *= x!.shape[axis]!;
        i = Math.floor(i / shape[axis]!);
      }
      return x!.data[from]!;
    });
    return [{ shape, data }];
  },

  atoms({ before, after, mode }, [x], channels) {
    const output = x!.map((atoms, axis): Atoms | null => {
      const [front, back] = [before[axis]!, after[axis]!];
      if (!atoms || (front === 0 && back === 0)) return atoms;
      if (mode !== "constant") {
        channels.freeze(atoms, `padded over the channels in mode "${mode}"`);
        return null;
      }
      return Int32Array.from([...channels.fresh(front), ...atoms, ...channels.fresh(back)]);
    });
    return [output];
  },

  cut(attrs, _inputs, [y]) {
    const before = attrs.before.map((n, axis) => countKept(y![axis], 0, n));
    const after = attrs.after.map((n, axis) => {
      const mask = y![axis];
      return mask ? countKept(mask, mask.length - n, mask.length) : n;
    });
    return { ...attrs, before, after };
  },

  reorder(attrs, order) {
    const moved = (list: readonly number[]) => list.map((_, axis) => list[order.indexOf(axis)]!);
    return { attrs: { ...attrs, before: moved(attrs.before), after: moved(attrs.after) }, order };
  },

  macs: () => 0,

  lower: (attrs) => ({ layer: { type: "pad", ...attrs }, reads: [0] }),

  raise(layer) {
    if (layer.type !== "pad") return undefined;
    const { before, after, mode, value } = layer;
    return { attrs: { before, after, mode, value }, constants: [] };
  },
});
