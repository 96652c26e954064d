/**
 * Signals [n, c, w] as planes of height 1: their windows and everything elementwise between them become 2-D, so that all that
 * is known about planes holds for them. Each value computed so is known by two names; readers that want three axes get a
 * reshape, which nothing needs where all readers understand planes.
 */
import type { onnx } from "../gen/onnx.js";
import { makeNode } from "../ops/index.js";
import { intsAttribute } from "./attributes.js";
import { reshaped } from "./constant.js";
import type { ImportScope } from "./import-scope.js";
import type { Importer, OnnxNode } from "./onnx-node.js";

/** ONNX operators that work on each number for itself, or on numbers at the same place of equal shapes. */
const ELEMENTWISE: ReadonlySet<string> = new Set([
  "Abs",
  "Add",
  "Ceil",
  "Celu",
  "Clip",
  "Dropout",
  "Elu",
  "Erf",
  "Exp",
  "Floor",
  "Gelu",
  "HardSigmoid",
  "HardSwish",
  "Identity",
  "LeakyRelu",
  "Mish",
  "Mul",
  "Neg",
  "Reciprocal",
  "Relu",
  "Round",
  "Selu",
  "Shrink",
  "Sigmoid",
  "Sign",
  "Softplus",
  "Softsign",
  "Sqrt",
  "Sub",
  "Sum",
  "Swish",
  "Tanh",
  "ThresholdedRelu",
]);

/** The value [n, c, w] as [n, c, 1, w]. */
function toPlane(value: string, scope: ImportScope): string {
  const known = scope.planes.get(value);
  if (known !== undefined) return known;
  const plane = scope.freshValue(`${value}_plane`);
  const shape = [0, 0, 1, scope.shape(value)[2]!];
  scope.add(makeNode("reshape", { shape }, [value], plane, scope.freshNode(plane)));
  scope.planes.set(value, plane);
  return plane;
}

/** A filter [oc, ic, kw] as [oc, ic, 1, kw]. */
function toFilter(node: OnnxNode, input: number): string {
  const [oc, ic, kw] = node.shape(input) as [number, number, number];
  const constant = node.constant(input);
  if (!constant) return node.step("reshape", { shape: [oc, ic, 1, kw] }, [node.value(input)]);
  return node.define(`${node.value(input)}_plane`, reshaped(constant, [oc, ic, 1, kw]));
}

/** Lists of one number a spatial axis, and what the new axis has there; pads stand in front and behind. */
const LISTS: readonly (readonly [name: string, filling: number])[] = [
  ["kernel_shape", 1],
  ["strides", 1],
  ["dilations", 1],
  ["output_padding", 0],
  ["output_shape", 1],
];

function planeAttributes(node: OnnxNode): onnx.AttributeProto.$Properties[] {
  const pads = node.attributes.ints("pads");
  const lists = LISTS.flatMap(([name, filling]) => {
    const list = node.attributes.ints(name);
    return list ? [intsAttribute(name, [filling, ...list])] : [];
  });
  const isPair = pads?.length === 2;
  return isPair ? [...lists, intsAttribute("pads", [0, pads[0]!, 0, pads[1]!])] : lists;
}

/** The node on planes, and its output under its own name as a signal again. */
function importOnPlanes(node: OnnxNode, inputs: readonly string[], importer: Importer): void {
  const output = node.outputs[0]!;
  const plane = node.scope.freshValue(`${output}_plane`);
  importer(node.rewritten(inputs, plane, planeAttributes(node)));
  const [, , , width] = node.scope.shape(plane);
  const back = node.scope.freshNode(`${node.name}_signal`);
  node.scope.add(makeNode("reshape", { shape: [0, 0, width!] }, [plane], output, back));
  node.scope.planes.set(output, plane);
}

/** A 2-D importer that also takes signals; `filter` is the input, if any, that has their axes, too. */
export const alsoSignals =
  (importer: Importer, filter?: number): Importer =>
  (node) => {
    if (node.shape(0).length !== 3 || node.constant(0)) return importer(node);
    const inputs = node.inputs.map((name, i) => {
      if (i === 0) return toPlane(name, node.scope);
      return i === filter && node.shape(i).length === 3 ? toFilter(node, i) : name;
    });
    importOnPlanes(node, inputs, importer);
  };

/** An elementwise operator stays among planes where its inputs are planes, or constants of one number. */
export function followSignals(node: OnnxNode, importer: Importer): void {
  const { planes } = node.scope;
  const given = node.inputs.filter((name) => name !== "");
  const isFollowing = (name: string) => planes.has(name) || node.scope.constant(name)?.data.length === 1;
  const follows = ELEMENTWISE.has(node.type) && given.some((name) => planes.has(name)) && given.every(isFollowing);
  if (!follows) return importer(node);
  importOnPlanes(
    node,
    node.inputs.map((name) => planes.get(name) ?? name),
    importer,
  );
}
