import { ModelError } from "../../errors.js";
import type { Pair } from "../../ops/window.js";
import { intAttribute } from "../attributes.js";
import type { Exporter } from "../export-scope.js";
import type { Importer } from "../onnx-node.js";
import { importVolume } from "../volumes.js";
import { needPlanes, readPair, readWindow, windowAttributes } from "../window.js";

export const importConv: Importer = (node) => {
  if (node.shape(0).length === 5) return importVolume(node, importConv);
  needPlanes(node);
  const filter = node.shape(1);
  if (filter.length !== 4) throw new ModelError(`expected a filter with 4 axes, got ${filter.length}`);
  const size: Pair = [filter[2]!, filter[3]!];
  const kernel = readPair(node, "kernel_shape", size);
  if (kernel[0] !== size[0] || kernel[1] !== size[1]) {
    throw new ModelError(`kernel_shape says ${kernel.join("x")}, the filter is ${size.join("x")}`);
  }
  const groups = node.attributes.int("group") ?? 1;
  if (groups < 1) throw new ModelError(`group is ${groups}, expected 1 or more`);
  const { strides, dilations, pads } = readWindow(node, kernel);
  node.emit("conv", { strides, dilations, pads, groups }, node.values(0, 2));
};

export const exportConv: Exporter<"conv"> = ({ attrs, inputs, outputs, name }, scope) => {
  const [, , kh, kw] = scope.shape(inputs[1]!);
  const attributes = windowAttributes({ ...attrs, kernel: [kh!, kw!] });
  scope.add("Conv", inputs, outputs[0]!, name, [...attributes, intAttribute("group", attrs.groups)]);
};
