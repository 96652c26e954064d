import { scalar } from "../constant.js";
import type { Importer } from "../onnx-node.js";

/** The sum of any number of inputs, divided by how many there are. */
export const importMean: Importer = (node) => {
  const [first, ...rest] = node.inputs.map((_, i) => node.floatValue(i));
  if (rest.length === 0) return node.emit("identity", {}, [first!]);
  const sum = rest.reduce((sofar, next) => node.step("add", {}, [sofar, next]), first!);
  const share = node.define(`${node.name}_share`, scalar("float", 1 / node.inputs.length));
  node.emit("mul", {}, [sum, share]);
};
