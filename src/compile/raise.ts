/** The way back: the bytes of a network file -> Graph, so that a compiled network can be inspected, pruned and exported. */
import { ModelError } from "../errors.js";
import type { About, Preprocessing } from "../graph/about.js";
import { freshName } from "../graph/edit.js";
import type { Graph, Node, Tensor } from "../graph/graph.js";
import type { Layer, Network, Weights } from "../gen/network.js";
import { OPS } from "../ops/index.js";
import type { LayerSpec } from "../ops/op.js";
import { decodeFile } from "../runtime/decode.js";
import { resizeNetwork, type Shapes } from "../runtime/resize.js";
import { verifyAnyNetwork } from "../runtime/verify-any.js";
import { readWeights } from "../runtime/weights.js";

/** Reads a network file, with other input shapes where they are given. Throws a `ModelError` for one that is damaged. */
export async function readNetwork(bytes: Uint8Array, options: { readonly shapes?: Shapes } = {}): Promise<Graph> {
  const network = await decodeFile(bytes);
  verifyAnyNetwork(network);
  return raise(options.shapes ? resizeNetwork(network, options.shapes, verifyAnyNetwork).network : network);
}

/** How the weights of a network file are stored: "f16" if any of them are. */
export async function readEncoding(bytes: Uint8Array): Promise<Weights["encoding"]> {
  const { layers } = await decodeFile(bytes);
  const isHalf = (part: unknown) => isWeights(part) && part.encoding === "f16";
  return layers.some(({ op }) => Object.values(op).some(isHalf)) ? "f16" : "f32";
}

/** A verified network as a graph; each layer becomes one node. */
export function raise(network: Network): Graph {
  const taken = new Set([...network.inputs, ...network.outputs].map(({ name }) => name));
  const nodeNames = new Set<string>();
  const values = network.inputs.map(({ name }) => name);
  const outputNames = new Map(network.outputs.map(({ name, value }) => [value, name]));
  const constants = new Map<string, Tensor>();
  const nodes = network.layers.map((layer, i): Node => {
    const { op, attrs, weights, weightsLead } = raiseLayer(layer);
    const name = freshName(layer.name || `${op}_${i}`, nodeNames);
    const parameters = weights.map((tensor, k) => {
      const constant = freshName(`${name}.${k === 0 ? "weight" : `weight${k}`}`, taken);
      constants.set(constant, tensor);
      return constant;
    });
    const output = outputNames.get(values.length) ?? freshName(`${name}:0`, taken);
    const read = layer.inputs.map((value) => values[value]!);
    const inputs = weightsLead ? [...parameters, ...read] : [...read, ...parameters];
    values.push(output);
    return { name, op, attrs, inputs, outputs: [output] };
  });
  const inputs = network.inputs.map(({ name, shape, batch }) => ({ name, shape, batch }));
  const outputs = network.outputs.map(({ value }) => values[value]!);
  return { name: network.name, inputs, outputs, nodes, constants, about: aboutOf(network) };
}

interface RaisedLayer {
  readonly op: string;
  readonly attrs: object;
  readonly weights: readonly Tensor[];
  readonly weightsLead: boolean;
}

function raiseLayer(layer: Layer): RaisedLayer {
  const parts = Object.entries(layer.op).map(([key, part]) => [key, isWeights(part) ? numbers(part) : part]);
  const spec = Object.fromEntries(parts) as LayerSpec;
  for (const op of OPS.values()) {
    const raised = op.raise?.(spec, layer.inputs.length);
    if (!raised) continue;
    const { attrs, constants: weights, constantsLead: weightsLead = false } = raised;
    return { op: op.name, attrs, weights, weightsLead };
  }
  throw new ModelError(`no operator stands for a layer of type ${layer.op.type}`, layer.name);
}

function isWeights(part: unknown): part is Weights {
  return typeof part === "object" && part !== null && "encoding" in part;
}

function numbers(weights: Weights): Tensor {
  return { shape: weights.shape, data: readWeights(weights) };
}

function aboutOf(network: Network): About {
  const pictures = network.inputs.flatMap(({ name, preprocessing }) =>
    preprocessing ? [[name, preprocessing] as const] : [],
  );
  const preprocessing: Record<string, Preprocessing> = Object.fromEntries(pictures);
  const { labels, provenance } = network;
  const { kind: task, boxes } = network.task;
  return { labels, task, ...(boxes ? { boxes } : {}), preprocessing, provenance };
}
