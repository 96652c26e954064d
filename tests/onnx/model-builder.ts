/** Small ONNX models, built in code through the generated encoder. */
import { onnx } from "../../src/gen/onnx.js";
import type { Tensor } from "../../src/graph/graph.js";
import { floatAttribute, intAttribute, intsAttribute, textAttribute } from "../../src/onnx/attributes.js";
import { floatProto, intProto, type TensorProto } from "../../src/onnx/tensor-proto.js";

type AttributeProto = onnx.AttributeProto.$Properties;
/** A number is an INT, `[number]` an INTS, `{ float }` a FLOAT, a tensor a TENSOR. */
export type AttributeValue = number | string | readonly number[] | { float: number } | { tensor: TensorProto };
export type NodeProto = onnx.NodeProto.$Properties;

export interface ModelParts {
  readonly opset?: number;
  /** A text as size is a symbolic one. */
  readonly inputs?: Readonly<Record<string, readonly (number | string)[]>>;
  readonly outputs?: readonly string[];
  readonly nodes: readonly NodeProto[];
  readonly initializers?: readonly TensorProto[];
}

function attribute(name: string, value: AttributeValue): AttributeProto {
  if (typeof value === "number") return intAttribute(name, value);
  if (typeof value === "string") return textAttribute(name, value);
  if ("float" in value) return floatAttribute(name, value.float);
  if ("tensor" in value) return { name, type: 4, t: value.tensor };
  return intsAttribute(name, value);
}

/** Reads the names in `inputs`, writes the ones in `outputs`, both separated by blanks; "-" is an input left out. */
export function node(
  opType: string,
  inputs: string,
  outputs: string,
  attributes: Readonly<Record<string, AttributeValue>> = {},
): NodeProto {
  const names = (list: string) => list.split(" ").filter((name) => name !== "");
  return {
    opType,
    input: names(inputs).map((name) => (name === "-" ? "" : name)),
    output: names(outputs),
    attribute: Object.entries(attributes).map(([name, value]) => attribute(name, value)),
  };
}

export const floats = (name: string, shape: readonly number[], values: readonly number[]): TensorProto =>
  floatProto(name, { shape, data: Float32Array.from(values) });

export const ints = (name: string, values: readonly number[]): TensorProto => intProto(name, values);

/** An integer without axes. */
export const intScalar = (name: string, value: number): TensorProto => ({ ...intProto(name, [value]), dims: [] });

export function valueInfo(
  name: string,
  shape: readonly (number | string)[],
  elemType = 1,
): onnx.ValueInfoProto.$Properties {
  const dim = shape.map((size) => (typeof size === "string" ? { dimParam: size } : { dimValue: size }));
  return { name, type: { tensorType: { elemType, shape: { dim } } } };
}

export function modelProto({ opset = 13, inputs = {}, outputs = ["y"], nodes, initializers = [] }: ModelParts) {
  return {
    irVersion: 7,
    opsetImport: [{ domain: "", version: opset }],
    graph: {
      name: "test",
      node: [...nodes],
      initializer: [...initializers],
      input: Object.entries(inputs).map(([name, shape]) => valueInfo(name, shape)),
      output: outputs.map((name) => ({ name })),
    },
  } satisfies onnx.ModelProto.$Properties;
}

export const encode = (model: onnx.ModelProto.$Properties): Uint8Array => onnx.ModelProto.encode(model).finish();
export const buildModel = (parts: ModelParts): Uint8Array => encode(modelProto(parts));

export const tensor = (shape: readonly number[], values: readonly number[]): Tensor => ({
  shape,
  data: Float64Array.from(values),
});

/** 1, 2, 3, ... in this shape. */
export function counting(shape: readonly number[]): Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  return tensor(
    shape,
    Array.from({ length: size }, (_, i) => i + 1),
  );
}
