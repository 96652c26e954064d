import { ModelError } from "../../errors.js";
import type { Pair } from "../../ops/window.js";
import { intAttribute } from "../attributes.js";
import type { NodeOf } from "../../ops/index.js";
import { nearestComputed, type Positions } from "../../ops/positions.js";
import type { ExportScope, Exporter } from "../export-scope.js";
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

export const exportConv: Exporter<"conv"> = (node, scope) => {
  const { attrs, inputs, outputs, name } = node;
  const [, , kh, kw] = scope.shape(inputs[1]!);
  const attributes = windowAttributes({ ...attrs, kernel: [kh!, kw!] });
  const whole = attrs.positions ? scope.fresh(`${name}_whole`) : outputs[0]!;
  scope.add("Conv", inputs, whole, attrs.positions ? whole : name, [
    ...attributes,
    intAttribute("group", attrs.groups),
  ]);
  if (attrs.positions) takeNearest(whole, attrs.positions, node, scope);
};

/** Every pixel takes the value of the nearest one that is computed: exact, but nothing is saved. */
function takeNearest(whole: string, positions: Positions, { outputs, name }: NodeOf<"conv">, scope: ExportScope): void {
  const [, oc, oh, ow] = scope.shape(outputs[0]!) as [number, number, number, number];
  const flat = scope.step("Reshape", [whole, scope.ints(`${name}_rows`, [0, oc, oh * ow])], `${name}_flat`);
  const sources = scope.ints(`${name}_sources`, [...nearestComputed(positions, oh, ow)]);
  const taken = scope.step("Gather", [flat, sources], `${name}_taken`, [intAttribute("axis", 2)]);
  scope.add("Reshape", [taken, scope.ints(`${name}_planes`, [0, oc, oh, ow])], outputs[0]!, name);
}
