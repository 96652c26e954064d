/** Constants out of nothing, or out of shapes. */
import { ModelError } from "../../errors.js";
import { sizeOf } from "../../graph/graph.js";
import type { Attributes } from "../attributes.js";
import { allocate, type Constant, intList, makeConstant, scalar } from "../constant.js";
import type { OnnxNode } from "../onnx-node.js";
import { readTensorProto } from "../tensor-proto.js";
import type { Fold } from "./index.js";

const floatList = (values: readonly number[]): Constant => makeConstant("float", [values.length], (i) => values[i]!);

/** The forms of the operator Constant, by attribute. */
const FORMS: Readonly<Record<string, (attributes: Attributes, node: OnnxNode) => Constant>> = {
  value: (attributes, node) => readTensorProto(attributes.tensor("value") ?? {}, node.name, node.scope.external),
  value_float: (attributes) => scalar("float", attributes.float("value_float")!),
  value_floats: (attributes) => floatList(attributes.floats("value_floats") ?? []),
  value_int: (attributes) => scalar("int", attributes.int("value_int")!),
  value_ints: (attributes) => intList(attributes.ints("value_ints") ?? []),
};

function constant(node: OnnxNode): Constant {
  const form = Object.keys(FORMS).find((name) => node.attributes.names.includes(name));
  if (form) return FORMS[form]!(node.attributes, node);
  const found = node.attributes.names.join(", ") || "no attribute";
  throw new ModelError(`expected one of ${Object.keys(FORMS).join(", ")}, got ${found}`);
}

function constantOfShape(node: OnnxNode): Constant {
  const proto = node.attributes.tensor("value");
  const value = proto ? readTensorProto(proto, node.name) : scalar("float", 0);
  if (value.data.length !== 1) throw new ModelError(`value has ${value.data.length} elements, expected 1`);
  const shape = node.numbers(0) ?? [];
  return { kind: value.kind, shape, data: allocate(value.kind, shape).fill(value.data[0]!) };
}

function range(node: OnnxNode): Constant {
  const [start, limit, delta] = [node.number(0), node.number(1), node.number(2)];
  if (start === undefined || limit === undefined || !delta)
    throw new ModelError("expected start, limit and a delta that is not 0");
  const count = Math.max(0, Math.ceil((limit - start) / delta));
  return makeConstant(node.needConstant(0).kind, [count], (i) => start + i * delta);
}

/** From opset 15 on only the axes from `start` up to `end`, both of which may count from the end. */
function shape(node: OnnxNode): Constant {
  return intList(node.shape(0).slice(node.attributes.int("start") ?? 0, node.attributes.int("end") ?? undefined));
}

export const MAKERS: Readonly<Record<string, Fold>> = {
  Constant: constant,
  ConstantOfShape: constantOfShape,
  Range: range,
};

/** These only ask for shapes, which are known of every value. */
export const SHAPE_READERS: Readonly<Record<string, Fold>> = {
  Shape: shape,
  Size: (node) => scalar("int", sizeOf(node.shape(0))),
};
