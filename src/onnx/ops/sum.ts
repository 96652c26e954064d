import type { Importer } from "../onnx-node.js";

/** Any number of addends, added one after the other. */
export const importSum: Importer = (node) => {
  const [first, ...rest] = node.inputs.map((_, i) => node.floatValue(i));
  const last = rest.pop();
  if (last === undefined) return node.emit("identity", {}, [node.value(0)]);
  const sum = rest.reduce((sofar, addend) => node.step("add", {}, [sofar, addend]), first!);
  node.emit("add", {}, [sum, last]);
};
