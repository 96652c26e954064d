import { ModelError } from "../../errors.js";
import { formatShape } from "../../graph/graph.js";
import type { Importer } from "../onnx-node.js";
import { transposedMatrix } from "../transposed.js";

/** A constant matrix as second factor makes it a dense layer over the last axis. */
export const importMatMul: Importer = (node) => {
  const [a, b] = [node.shape(0), node.shape(1)];
  const filter = node.constant(1);
  if (filter && b.length === 2 && a.length >= 1) {
    const name = node.define(`${node.value(1)}_transposed`, transposedMatrix(filter));
    return node.emit("gemm", {}, [node.value(0), name]);
  }
  if (a.length !== b.length) {
    throw new ModelError(
      `factors of ${formatShape(a)} and ${formatShape(b)}: only equal numbers of axes, or a constant matrix as second factor, are supported`,
    );
  }
  node.emit("matmul", {}, [node.value(0), node.value(1)]);
};
