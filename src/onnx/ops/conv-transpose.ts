import { ModelError } from "../../errors.js";
import type { TransposedConvAttrs } from "../../ops/transposed-conv.js";
import type { Pads, Pair } from "../../ops/window.js";
import { intAttribute, intsAttribute } from "../attributes.js";
import type { Exporter } from "../export-scope.js";
import type { Importer, OnnxNode } from "../onnx-node.js";

type Windows = Pick<TransposedConvAttrs, "strides" | "dilations" | "pads" | "outputPadding">;

function readList(node: OnnxNode, name: string, count: number, least: number): number[] | undefined {
  const list = node.attributes.ints(name);
  if (list && (list.length !== count || list.some((n) => n < least))) {
    throw new ModelError(`${name} is [${list.join(", ")}], expected ${count} numbers from ${least} up`);
  }
  return list;
}

/** Pads of one axis so that `size` rows are left; rows that are missing are added at the end. */
function padsFor(total: number, atFront: boolean): { before: number; after: number; missing: number } {
  const half = Math.floor(Math.max(total, 0) / 2);
  const rest = Math.max(total, 0) - half;
  return { before: atFront ? rest : half, after: atFront ? half : rest, missing: Math.max(-total, 0) };
}

/** Everything of `axes` spatial axes, with output_shape and auto_pad turned into pads. */
function readWindows(node: OnnxNode, input: readonly number[], kernel: readonly number[]) {
  const axes = kernel.length;
  const all = (value: number) => kernel.map(() => value);
  const strides = readList(node, "strides", axes, 1) ?? all(1);
  const dilations = readList(node, "dilations", axes, 1) ?? all(1);
  const outputPadding = readList(node, "output_padding", axes, 0) ?? all(0);
  const mode = node.attributes.text("auto_pad") || "NOTSET";
  if (!["NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER"].includes(mode)) {
    throw new ModelError(`auto_pad "${mode}" does not exist`);
  }
  // A list may also name the batch and the channels.
  const wanted = node.attributes.ints("output_shape")?.slice(-axes);
  const target = wanted ?? (mode.startsWith("SAME") ? input.map((size, i) => size * strides[i]!) : undefined);
  if (!target) {
    const pads = mode === "VALID" ? all(0).concat(all(0)) : readList(node, "pads", 2 * axes, 0);
    return { strides, dilations, outputPadding, pads: pads ?? all(0).concat(all(0)) };
  }
  const found = input.map((size, i) => {
    const reach = (size - 1) * strides[i]! + (kernel[i]! - 1) * dilations[i]! + 1 + outputPadding[i]!;
    return padsFor(reach - target[i]!, mode !== "SAME_UPPER");
  });
  return {
    strides,
    dilations,
    outputPadding: outputPadding.map((n, i) => n + found[i]!.missing),
    pads: [...found.map(({ before }) => before), ...found.map(({ after }) => after)],
  };
}

/** One spatial axis as the second of two. */
function widened(windows: ReturnType<typeof readWindows>): Windows {
  const { strides, dilations, outputPadding, pads } = windows;
  if (strides.length === 2) return windows as unknown as Windows;
  return {
    strides: [1, strides[0]!],
    dilations: [1, dilations[0]!],
    outputPadding: [0, outputPadding[0]!],
    pads: [0, pads[0]!, 0, pads[1]!],
  };
}

export const importConvTranspose: Importer = (node) => {
  const [input, filter] = [node.shape(0), node.shape(1)];
  if ((input.length !== 4 && input.length !== 3) || filter.length !== input.length) {
    const kind = input.length > 2 ? `${input.length - 2}-D ConvTranspose` : "ConvTranspose without spatial axes";
    throw new ModelError(`${kind} is not supported, only 1-D and 2-D`);
  }
  const kernel = filter.slice(2);
  const said = node.attributes.ints("kernel_shape");
  if (said && said.join() !== kernel.join()) {
    throw new ModelError(`kernel_shape says ${said.join("x")}, the filter is ${kernel.join("x")}`);
  }
  const groups = node.attributes.int("group") ?? 1;
  if (groups < 1) throw new ModelError(`group is ${groups}, expected 1 or more`);
  const attrs = { ...widened(readWindows(node, input.slice(2), kernel)), groups };
  const [x, f, ...bias] = node.values(0, 2) as [string, string];
  if (input.length === 4) return node.emit("transposed-conv", attrs, [x, f, ...bias]);
  const flat = node.step("reshape", { shape: [0, input[1]!, 1, input[2]!] }, [x]);
  const flatFilter = node.step("reshape", { shape: [filter[0]!, filter[1]!, 1, filter[2]!] }, [f]);
  const y = node.step("transposed-conv", attrs, [flat, flatFilter, ...bias]);
  const [, channels, , width] = node.scope.shape(y) as [number, number, number, number];
  node.emit("reshape", { shape: [0, channels, width] }, [y]);
};

const pairs = (name: string, [a, b]: Pair, usual: number) =>
  a === usual && b === usual ? [] : [intsAttribute(name, [a, b])];
const isZero = (pads: Pads) => pads.every((n) => n === 0);

export const exportConvTranspose: Exporter<"transposed-conv"> = ({ attrs, inputs, outputs, name }, scope) => {
  const [, , kh, kw] = scope.shape(inputs[1]!);
  scope.add("ConvTranspose", inputs, outputs[0]!, name, [
    intsAttribute("kernel_shape", [kh!, kw!]),
    intsAttribute("strides", attrs.strides),
    ...pairs("dilations", attrs.dilations, 1),
    ...(isZero(attrs.pads) ? [] : [intsAttribute("pads", attrs.pads)]),
    ...pairs("output_padding", attrs.outputPadding, 0),
    intAttribute("group", attrs.groups),
  ]);
};
