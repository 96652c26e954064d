/** Lowered layers -> bytes of a network file, through protobufjs. */
import { createHash } from "node:crypto";
import type { About, Boxes } from "../graph/about.js";
import type { Graph, Tensor } from "../graph/graph.js";
import { LAYER_TYPES } from "../gen/network.js";
import { espalier } from "../gen/network-proto.js";
import { MAGIC, VERSION } from "../runtime/decode.js";
import { ALL_KEPT } from "../runtime/mask.js";
import { simplify } from "../passes/index.js";
import { floatToHalf } from "./half.js";
import { chooseMask } from "./mask.js";
import { isTensor } from "../ops/op.js";
import { type LoweredLayer, type LoweredNetwork, lowerGraph } from "./lower.js";

export type Encoding = "f32" | "f16";

export interface CompileOptions {
  /** How weights are stored. "f16" halves the file; numbers are rounded to 11 significant bits. Default "f32". */
  readonly weights?: Encoding;
  /** "stored": zeros take room and time like other numbers, so that dense kernels run. Left out of the file by default. */
  readonly zeros?: "stored";
}

/** A graph as the bytes of a network file: simplified, lowered, encoded, hashed. */
export function compile(graph: Graph, options: CompileOptions = {}): Uint8Array {
  const simple = simplify(graph);
  return encodeNetwork(simple, lowerGraph(simple), options);
}

/** Encodes without simplifying. */
export function encodeNetwork(graph: Graph, lowered: LoweredNetwork, options: CompileOptions = {}): Uint8Array {
  const network = espalier.Network.encode({
    version: VERSION,
    name: graph.name,
    inputs: graph.inputs.map(({ name, shape, batch }) => ({
      name,
      shape: [...shape],
      batch,
      preprocessing: encodePreprocessing(graph.about, name),
    })),
    layers: lowered.layers.map((layer) => encodeLayer(layer, options)),
    outputs: [...lowered.outputs],
    labels: [...graph.about.labels],
    task: encodeTask(graph.about),
    provenance: graph.about.provenance.map((p) => ({ ...p, measurements: [...p.measurements] })),
  }).finish();
  const sha256 = createHash("sha256").update(network).digest();
  return espalier.File.encode({ magic: MAGIC, sha256, network }).finish();
}

const upper = <T extends string>(text: T) => text.toUpperCase() as Uppercase<T>;

function encodeTask({ task, boxes }: About): espalier.Task.$Properties {
  const kind = espalier.Task.Kind[upper(task)];
  return { kind, boxes: boxes ? encodeBoxes(boxes) : null };
}

function encodeBoxes(boxes: Boxes): espalier.Boxes.$Properties {
  return {
    ...boxes,
    order: espalier.Boxes.Order[upper(boxes.order)],
    layout: espalier.Boxes.Layout[upper(boxes.layout)],
    unit: espalier.Boxes.Unit[upper(boxes.unit)],
    activation: espalier.Boxes.Activation[upper(boxes.activation)],
    anchors: [...boxes.anchors],
    variances: [...boxes.variances],
  };
}

function encodePreprocessing(about: About, input: string): espalier.Preprocessing.$Properties | null {
  const p = Object.hasOwn(about.preprocessing, input) ? about.preprocessing[input] : undefined;
  if (!p) return null;
  return {
    width: p.width,
    height: p.height,
    layout: espalier.Preprocessing.Layout[upper(p.layout)],
    colour: espalier.Preprocessing.Colour[upper(p.colour)],
    mean: [...p.mean],
    std: [...p.std],
  };
}

/** Enumerations of layers: which field of which type holds which. */
const ENUMS: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>> = {
  pool: { kind: espalier.Pool.Kind },
  reduce: { kind: espalier.Reduce.Kind },
  normalise: { kind: espalier.Normalise.Kind },
  binary: { kind: espalier.Binary.Kind },
  unary: { kind: espalier.Unary.Kind },
  pad: { mode: espalier.Pad.Mode },
  resample: {
    mode: espalier.Resample.Mode,
    coordinates: espalier.Resample.Coordinates,
    nearest: espalier.Resample.Nearest,
  },
};

function encodeLayer({ name, inputs, spec }: LoweredLayer, options: CompileOptions): espalier.Layer.$Properties {
  const { type, ...parts } = spec;
  if (!LAYER_TYPES.includes(type)) throw new Error(`layer type ${type} is not in the format`);
  const message: Record<string, unknown> = {};
  for (const [field, part] of Object.entries(parts)) {
    const values = ENUMS[type]?.[field];
    if (part === undefined) continue;
    if (values) message[field] = values[upper(part as string)];
    else message[field] = isTensor(part) ? encodeWeights(part, options) : part;
  }
  return { name, inputs: [...inputs], [type]: message };
}

/** Weights in canonical order; biases and other vectors stay float32, they are few and matter. */
export function encodeWeights(tensor: Tensor, options: CompileOptions): espalier.Weights.$Properties {
  const chosen = tensor.shape.length > 1 ? (options.weights ?? "f32") : "f32";
  const all = chosen === "f32" ? Float32Array.from(tensor.data) : toHalves(tensor.data);
  const { mask, kept, block, stored } =
    options.zeros === "stored" ? { ...ALL_KEPT, stored: all } : chooseMask(all, tensor.shape[0] ?? 1);
  return {
    shape: [...tensor.shape],
    encoding: espalier.Weights.Encoding[upper(chosen)],
    data: new Uint8Array(stored.buffer),
    mask: espalier.Weights.Mask[upper(mask)],
    kept,
    block,
  };
}

/** A plain loop: a function for each element, by way of an iterator, takes many times as long. */
function toHalves(numbers: Float32Array | Float64Array): Uint16Array<ArrayBuffer> {
  const halves = new Uint16Array(numbers.length);
  for (let i = 0; i < halves.length; i++) halves[i] = floatToHalf(numbers[i]!);
  return halves;
}
