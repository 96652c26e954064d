import { ModelError } from "../../errors.js";
import type { PadAttrs } from "../../ops/pad.js";
import { textAttribute } from "../attributes.js";
import { toAxis } from "../axes.js";
import type { Exporter } from "../export-scope.js";
import type { Importer, OnnxNode } from "../onnx-node.js";

const MODES: readonly string[] = ["constant", "reflect", "edge"] satisfies PadAttrs["mode"][];

function readMode(node: OnnxNode): PadAttrs["mode"] {
  const mode = node.attributes.text("mode") || "constant";
  if (!MODES.includes(mode)) throw new ModelError(`mode "${mode}" is not supported, only ${MODES.join(", ")}`);
  return mode as PadAttrs["mode"];
}

/** All fronts, then all ends; of the axes in input 3, or of all. */
function readSizes(node: OnnxNode, rank: number): { before: number[]; after: number[] } {
  const pads = node.attributes.ints("pads") ?? node.numbers(1);
  const axes = node.numbers(3)?.map((axis) => toAxis(axis, rank)) ?? Array.from({ length: rank }, (_, axis) => axis);
  if (pads?.length !== 2 * axes.length) {
    throw new ModelError(`has ${pads?.length ?? "no"} pads, expected ${2 * axes.length} for ${axes.length} axes`);
  }
  if (pads.some((n) => n < 0))
    throw new ModelError(`pads ${pads.join(", ")}: negative ones are not supported, use Slice`);
  const none = Array.from({ length: rank }, () => 0);
  const [before, after] = [[...none], [...none]];
  axes.forEach((axis, i) => {
    before[axis] = pads[i]!;
    after[axis] = pads[axes.length + i]!;
  });
  return { before, after };
}

export const importPad: Importer = (node) => {
  const value = node.attributes.float("value") ?? node.number(2) ?? 0;
  node.emit("pad", { ...readSizes(node, node.shape(0).length), mode: readMode(node), value }, [node.value(0)]);
};

export const exportPad: Exporter<"pad"> = ({ attrs, inputs, outputs, name }, scope) => {
  const pads = scope.ints(`${name}_pads`, [...attrs.before, ...attrs.after]);
  const value = scope.floats(`${name}_value`, { shape: [], data: Float32Array.of(attrs.value) });
  scope.add("Pad", [inputs[0]!, pads, value], outputs[0]!, name, [textAttribute("mode", attrs.mode)]);
};
