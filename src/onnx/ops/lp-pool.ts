import { ModelError } from "../../errors.js";
import { windowOutput } from "../../ops/window.js";
import { scalar } from "../constant.js";
import type { Importer, OnnxNode } from "../onnx-node.js";
import { readPool } from "../pool.js";

/** More elements of a window than this would make too many layers. */
const MOST_TAPS = 256;

/** The windows' elements side by side, one slice for each place in the window, and their norm. */
export const importLpPool: Importer = (node) => {
  const p = node.attributes.int("p") ?? 2;
  if (p < 1) throw new ModelError(`p is ${p}, expected 1 or more`);
  const { kernel, strides, dilations, pads, ceil } = readPool(node);
  if (kernel[0] * kernel[1] > MOST_TAPS) {
    throw new ModelError(`a window of ${kernel.join("x")} is too large, at most ${MOST_TAPS} elements are supported`);
  }
  const window = { kernel, strides, dilations, pads };
  const [ih, iw] = node.shape(0).slice(2) as [number, number];
  const size = [windowOutput(ih, 0, window, ceil), windowOutput(iw, 1, window, ceil)] as const;
  // Zeros as far as the last window reaches: they add nothing to a norm.
  const need = ([0, 1] as const).map((axis) => {
    const reach = (size[axis] - 1) * strides[axis] + (kernel[axis] - 1) * dilations[axis] + 1;
    return Math.max(pads[axis + 2]!, reach - [ih, iw][axis]! - pads[axis]);
  });
  const before = [0, 0, pads[0], pads[1]];
  const padded = node.step("pad", { before, after: [0, 0, ...need], mode: "constant", value: 0 }, [node.value(0)]);
  const taps = Array.from({ length: kernel[0] * kernel[1] }, (_, tap) => {
    const starts = [Math.floor(tap / kernel[1]) * dilations[0], (tap % kernel[1]) * dilations[1]];
    const ends = starts.map((start, axis) => start + (size[axis]! - 1) * strides[axis]! + 1);
    const slice = node.step("slice", { axes: [2, 3], starts, ends, steps: [...strides] }, [padded]);
    return node.step("reshape", { shape: [0, 0, 1, ...size] }, [slice]);
  });
  const beside = taps.length === 1 ? taps[0]! : node.step("concat", { axis: 2 }, taps);
  emitNorm(node, p, beside);
};

/** The p-norm over axis 2. */
function emitNorm(node: OnnxNode, p: number, x: string): void {
  const over = { axes: [2], keepDims: false };
  if (p === 1) return node.emit("reduce-l1", over, [x]);
  if (p === 2) return node.emit("reduce-l2", over, [x]);
  const exponent = (value: number) => node.define(`${node.name}_exponent`, scalar("float", value));
  const powers = node.step("pow", {}, [node.step("abs", {}, [x]), exponent(p)]);
  node.emit("pow", {}, [node.step("reduce-sum", over, [powers]), exponent(1 / p)]);
}
