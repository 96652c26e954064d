/** ONNX models with a fault in them, or with nodes and sizes that nobody would write. */
import { onnx } from "../src/gen/onnx.js";
import { floatAttribute, intAttribute, intsAttribute, textAttribute } from "../src/onnx/attributes.js";
import { IMPORTERS } from "../src/onnx/ops/index.js";
import { MAKERS, SHAPE_READERS } from "../src/onnx/fold/make.js";
import { MOVES } from "../src/onnx/fold/move.js";
import { floatProto, intProto, type TensorProto } from "../src/onnx/tensor-proto.js";
import { anyOf, below, edge, mutateBytes, mutateList, mutateTree, type Next, oneOf, type Tree } from "./mutate-tree.js";

type Model = onnx.ModelProto.$Properties;
type Graph = onnx.GraphProto.$Properties;
type Node = onnx.NodeProto.$Properties;
type Attribute = onnx.AttributeProto.$Properties;

const OP_TYPES = [...IMPORTERS.keys(), ...[MAKERS, SHAPE_READERS, MOVES].flatMap((table) => Object.keys(table))];

const LISTS = ["kernel_shape", "strides", "dilations", "pads", "axes", "perm", "output_padding", "output_shape"];
const NUMBERS = ["axis", "group", "keepdims", "ceil_mode", "count_include_pad", "to", "transA", "transB", "blocksize"];
const FLOATS = ["alpha", "beta", "epsilon", "bias", "lambd", "gamma", "cubic_coeff_a", "extrapolation_value"];
const TEXTS = ["mode", "auto_pad", "coordinate_transformation_mode", "nearest_mode", "approximate"];
const WORDS = ["SAME_UPPER", "SAME_LOWER", "VALID", "edge", "reflect", "wrap", "linear", "cubic", "CRD", "tanh", "huh"];

const small = (next: Next) => below(5, next) - 1;
const size = (next: Next) => (next() < 0.6 ? small(next) : edge(next));
/** Integers only: what an int64 can hold. */
const whole = (next: Next) => Math.trunc(size(next)) || 0;
const wholes = (next: Next) => Array.from({ length: below(6, next) }, () => whole(next));

function newAttribute(next: Next): Attribute {
  const kinds = [
    () => intsAttribute(oneOf(LISTS, next), wholes(next)),
    () => intAttribute(oneOf(NUMBERS, next), whole(next)),
    () => floatAttribute(oneOf(FLOATS, next), edge(next)),
    () => textAttribute(oneOf(TEXTS, next), oneOf(WORDS, next)),
    () => ({ name: "value", type: 4, t: intProto("", wholes(next)) }),
  ];
  return oneOf(kinds, next)();
}

function mutateAttributes(graph: Graph, next: Next): void {
  const node = oneOf(graph.node!, next);
  const attribute = anyOf(node.attribute, next);
  const edits = [
    () => node.attribute!.push(newAttribute(next)),
    () => (node.attribute = mutateList(node.attribute!, next)),
    () => attribute && Object.assign(attribute, { ...newAttribute(next), name: attribute.name }),
    () => attribute && mutateTree(attribute as Tree, next),
    () => attribute && (attribute.ints = (attribute.ints ?? []).map((i) => (next() < 0.5 ? i : whole(next)))),
    () => attribute && (attribute.type = below(12, next)),
  ];
  oneOf(edits, next)();
}

function swapOperator(graph: Graph, next: Next): void {
  oneOf(graph.node!, next).opType = next() < 0.9 ? oneOf(OP_TYPES, next) : oneOf(WORDS, next);
}

const namesOf = (graph: Graph): string[] => [
  ...graph.node!.flatMap(({ output }) => output ?? []),
  ...[...graph.input!, ...graph.initializer!].map(({ name }) => name ?? ""),
  "",
];

/** Other inputs, more or fewer of them, cycles, values that are computed twice. */
function rewire(graph: Graph, next: Next): void {
  const node = oneOf(graph.node!, next);
  const key = next() < 0.8 ? "input" : "output";
  const list = node[key] ?? [];
  if (next() < 0.3) node[key] = mutateList(list, next);
  else node[key] = list.map((name) => (next() < 0.5 ? name : oneOf(namesOf(graph), next)));
}

/** Initialisers of other types and lengths. */
function mutateTensor(graph: Graph, next: Next): void {
  const tensor = anyOf(graph.initializer, next);
  if (!tensor) return;
  const { name } = tensor;
  const edits: (() => TensorProto)[] = [
    () => ({ ...tensor, dataType: below(24, next) }),
    () => ({ ...tensor, dims: (tensor.dims ?? []).map((dim) => (next() < 0.5 ? dim : whole(next))) }),
    () => ({ ...tensor, dims: mutateList(tensor.dims ?? [], next) }),
    () => ({ ...tensor, rawData: mutateBytes(tensor.rawData ?? new Uint8Array(), next) }),
    () => intProto(name!, wholes(next)),
    () => ({ ...intProto(name!, [whole(next)]), dims: [] }),
    () => floatProto(name!, { shape: [2], data: Float32Array.of(edge(next), edge(next)) }),
    () => ({ ...tensor, dataLocation: 1, externalData: [{ key: "location", value: "../x" }] }),
  ];
  Object.assign(tensor, oneOf(edits, next)());
}

function mutateInput(graph: Graph, next: Next): void {
  const shape = anyOf(graph.input, next)?.type?.tensorType?.shape;
  if (!shape) return;
  shape.dim = (shape.dim ?? []).map((dim) => {
    if (next() < 0.5) return dim;
    return next() < 0.7 ? { dimValue: whole(next) } : { dimParam: "n" };
  });
  if (next() < 0.2) shape.dim = mutateList(shape.dim, next);
}

/** Node types that make values as large as their parameters say, and what each wants of them. */
const MAKING: Readonly<
  Record<string, (value: string, next: Next) => readonly [inputs: string[], tensors: TensorProto[]]>
> = {
  ConstantOfShape: (_value, next) => [["sizes"], [intProto("sizes", wholes(next))]],
  Expand: (value, next) => [[value, "sizes"], [intProto("sizes", wholes(next))]],
  Tile: (value, next) => [[value, "sizes"], [intProto("sizes", fourSizes(next))]],
  Reshape: (value, next) => [[value, "sizes"], [intProto("sizes", wholes(next))]],
  Pad: (value, next) => [[value, "sizes"], [intProto("sizes", [...fourSizes(next), ...fourSizes(next)])]],
  Resize: (value, next) => [[value, "", "", "sizes"], [intProto("sizes", fourSizes(next))]],
  Upsample: (value, next) => [[value, "scales"], [floatProto("scales", { shape: [4], data: fourScales(next) })]],
  Range: (_value, next) => [["start", "limit", "delta"], ["start", "limit", "delta"].map((name) => scalar(name, next))],
  OneHot: (value, next) => [
    [value, "depth", "on"],
    [scalar("depth", next), intProto("on", [0, 1])],
  ],
};

const fourSizes = (next: Next) => Array.from({ length: 4 }, () => (next() < 0.6 ? 1 : whole(next)));
const fourScales = (next: Next) => Float32Array.from({ length: 4 }, () => (next() < 0.6 ? 1 : edge(next)));
const scalar = (name: string, next: Next) => ({ ...intProto(name, [whole(next)]), dims: [] });

/** A node that makes something huge, between a value and who reads it. */
function insertMaker(graph: Graph, next: Next): void {
  const at = below(graph.node!.length, next);
  const reader = graph.node![at]!;
  const slot = below(reader.input?.length ?? 0, next);
  const [opType, make] = oneOf(Object.entries(MAKING), next);
  const [inputs, tensors] = make(reader.input?.[slot] ?? "", next);
  const mark = `~${graph.node!.length}`;
  const marked = inputs.map((name) => (tensors.some((tensor) => tensor.name === name) ? `${name}${mark}` : name));
  graph.initializer!.push(...tensors.map((tensor) => ({ ...tensor, name: `${tensor.name}${mark}` })));
  const node: Node = { opType, input: marked, output: [`made${mark}`], attribute: [] };
  graph.node!.splice(at, 0, node);
  if (reader.input && reader.input.length > 0) reader.input[slot] = `made${mark}`;
}

const NODE_LISTS = ["node", "input", "output", "initializer"] as const;

function mutateLists(graph: Graph, next: Next): void {
  const tree = graph as Tree;
  const key = oneOf(NODE_LISTS, next);
  tree[key] = mutateList((tree[key] ?? []) as unknown[], next);
}

const EDITS: readonly ((graph: Graph, next: Next) => void)[] = [
  mutateAttributes,
  mutateAttributes,
  swapOperator,
  rewire,
  mutateTensor,
  mutateInput,
  insertMaker,
  mutateLists,
  (graph, next) => mutateTree(graph as Tree, next),
];

/** A broken copy of the model; undefined where the encoder cannot write what came out. */
export function mutateModel(bytes: Uint8Array, next: Next): Uint8Array | undefined {
  if (next() < 0.1) return mutateBytes(bytes, next);
  const model: Model = onnx.ModelProto.decode(bytes);
  try {
    if (next() < 0.2) model.opsetImport = [{ domain: "", version: 1 + below(30, next) }];
    for (let count = 1 + below(3, next); count > 0 && model.graph!.node!.length > 0; count--) {
      oneOf(EDITS, next)(model.graph!, next);
    }
    return onnx.ModelProto.encode(model).finish();
  } catch {
    return undefined;
  }
}
