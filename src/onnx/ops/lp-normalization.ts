import { ModelError } from "../../errors.js";
import { toAxis } from "../axes.js";
import { scalar } from "../constant.js";
import type { Importer } from "../onnx-node.js";

/** Keeps a list of zeros zero, as ONNX has it, and is lost in any other. */
const SMALLEST = 1e-36;

/** LpNormalization with p = 2 is an RMS norm over one axis times 1 / sqrt(its size); p = 1 has no counterpart. */
export const importLpNormalization: Importer = (node) => {
  const shape = node.shape(0);
  const axis = toAxis(node.attributes.int("axis") ?? -1, shape.length);
  const p = node.attributes.int("p") ?? 2;
  if (p !== 2) throw new ModelError(`p = ${p} is not supported, only 2`);
  const scale = node.define(`${node.name}_scale`, scalar("float", shape[axis]! ** -0.5));
  if (axis === shape.length - 1) return node.emit("rms-norm", { axis, epsilon: SMALLEST }, [node.value(0), scale]);
  // The axis goes to the end and back: swapping two axes undoes itself.
  const permutation = shape.map((_, i) => (i === axis ? shape.length - 1 : i === shape.length - 1 ? axis : i));
  const moved = node.step("transpose", { permutation }, [node.value(0)]);
  const normalised = node.step("rms-norm", { axis: shape.length - 1, epsilon: SMALLEST }, [moved, scale]);
  node.emit("transpose", { permutation }, [normalised]);
};
