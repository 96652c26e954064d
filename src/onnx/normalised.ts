/** Scale and bias of norms: constants become the operator's own, computed ones a product and a sum behind it. */
import { type Shape, sizeOf } from "../graph/graph.js";
import type { AttrsOf, NodeOf } from "../ops/index.js";
import { type AttributeProto, floatAttribute, intAttribute } from "./attributes.js";
import { toAxis } from "./axes.js";
import type { ExportScope } from "./export-scope.js";
import type { OnnxNode } from "./onnx-node.js";

type Norm = "group-norm" | "instance-norm" | "layer-norm" | "rms-norm";

/** `parameters`: one value for each, broadcast from the right to the input where it is not a constant. */
export function emitNorm<K extends Norm>(
  node: OnnxNode,
  op: K,
  attrs: AttrsOf<K>,
  [scale, bias]: readonly string[],
  broadcast: (parameter: string) => string = (parameter) => parameter,
): void {
  const given = [scale, bias].filter((name) => name !== undefined);
  if (given.every((name) => node.scope.constant(name))) return node.emit(op, attrs, [node.value(0), ...given]);
  const normalised = node.step(op, attrs, [node.value(0)]);
  if (bias === undefined) return node.emit("mul", {}, [normalised, broadcast(scale!)]);
  node.emit("add", {}, [node.step("mul", {}, [normalised, broadcast(scale!)]), broadcast(bias)]);
}

/** A computed list of one number a channel, made to stand at axis 1. */
export const atChannels =
  (node: OnnxNode) =>
  (parameter: string): string =>
    node.step(
      "reshape",
      {
        shape: [
          -1,
          ...node
            .shape(0)
            .slice(2)
            .map(() => 1),
        ],
      },
      [parameter],
    );

type LastAxes = AttrsOf<"layer-norm">;

/** Of norms over the last axes. */
export function readLastAxes(node: OnnxNode): LastAxes {
  const axis = toAxis(node.attributes.int("axis") ?? -1, node.shape(0).length);
  return { axis, epsilon: node.attributes.float("epsilon") ?? 1e-5 };
}

export const normAttributes = ({ axis, epsilon }: LastAxes): AttributeProto[] => [
  intAttribute("axis", axis),
  floatAttribute("epsilon", epsilon),
];

/** The inputs to write: ONNX's norms over the last axes have a scale in any case. */
export function withScale(
  { inputs, attrs, name }: NodeOf<"layer-norm" | "rms-norm">,
  scope: ExportScope,
): readonly string[] {
  if (inputs.length > 1) return inputs;
  return [inputs[0]!, filled(`${name}_scale`, scope.shape(inputs[0]!).slice(attrs.axis), 1, scope)];
}

/** The inputs to write: ONNX's norms by channel have lists of one number a channel, the graph any shape or none. */
export function withLists(
  { inputs, name }: NodeOf<"group-norm" | "instance-norm">,
  scope: ExportScope,
): readonly string[] {
  const [x, ...parameters] = inputs as [string, ...string[]];
  const channels = [scope.shape(x)[1]!];
  if (parameters.length === 0) parameters.push(filled(`${name}_scale`, channels, 1, scope));
  if (parameters.length === 1) parameters.push(filled(`${name}_bias`, channels, 0, scope));
  return [x, ...parameters.map((parameter) => asList(parameter, scope))];
}

function filled(wanted: string, shape: Shape, value: number, scope: ExportScope): string {
  return scope.floats(wanted, { shape, data: new Float32Array(sizeOf(shape)).fill(value) });
}

function asList(input: string, scope: ExportScope): string {
  const tensor = scope.constant(input);
  if (!tensor || tensor.shape.length === 1) return input;
  return scope.floats(`${input}_list`, { ...tensor, shape: [tensor.data.length] });
}
