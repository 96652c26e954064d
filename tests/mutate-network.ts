/** Network files with a fault in them, of which most still have the SHA-256 that fits. */
import { espalier } from "../src/gen/network-proto.js";
import { below, edge, mutateBytes, mutateList, mutateTree, type Next, oneOf, type Tree } from "./mutate-tree.js";
import { fileOf, networkOf } from "./runtime/wire.js";

type Network = espalier.Network.$Properties;
type Layer = espalier.Layer.$Properties;
type Weights = espalier.Weights.$Properties;

/** The message of what a layer does; there is one. */
const specOf = (layer: Layer): Tree =>
  (Object.values(layer).find((part) => typeof part === "object" && !Array.isArray(part)) ?? {}) as Tree;

function weightsOf(network: Network): Weights[] {
  const parts = network.layers!.flatMap((layer) => Object.values(specOf(layer)));
  return parts.filter((part): part is Weights => typeof part === "object" && part !== null && "data" in part);
}

/** Weights whose shape, encoding and length fit each other, or do not. */
function mutateWeights(network: Network, next: Next): void {
  const weights = weightsOf(network);
  if (weights.length === 0) return;
  const one = oneOf(weights, next);
  const edits = [
    () => (one.shape = mutateList(one.shape ?? [], next)),
    () => (one.shape = (one.shape ?? []).map((size) => (next() < 0.5 ? size : edge(next)))),
    () => (one.encoding = below(4, next)),
    () => (one.mask = below(4, next)),
    () => (one.block = below(2 + 2 * (one.shape?.[0] ?? 0), next)),
    () => (one.kept = mutateBytes(one.kept ?? new Uint8Array(4), next)),
    () => (one.data = mutateBytes(one.data!, next)),
    () => (one.data = new Uint8Array(below(64, next))),
    () => Object.assign(one, { encoding: 1, data: one.data!.subarray(0, one.data!.length / 2) }),
    () => Object.assign(one, oneOf(weights, next)),
  ];
  oneOf(edits, next)();
}

/** Layers that read other values, or do what another layer does. */
function rewire(network: Network, next: Next): void {
  const layer = oneOf(network.layers!, next);
  const count = network.inputs!.length + network.layers!.length;
  if (next() < 0.7) {
    layer.inputs = (layer.inputs ?? []).map((value) => (next() < 0.5 ? value : below(count + 1, next)));
  } else {
    const { name, inputs } = layer;
    const { name: _name, inputs: _inputs, ...kind } = oneOf(network.layers!, next);
    network.layers![network.layers!.indexOf(layer)] = { ...kind, name: name ?? "", inputs: inputs ?? [] };
  }
}

const LISTS = ["inputs", "layers", "outputs", "labels", "provenance"] as const;

function mutateLists(network: Network, next: Next): void {
  const tree = network as Tree;
  const key = oneOf(LISTS, next);
  tree[key] = mutateList((tree[key] ?? []) as unknown[], next);
}

function mutateSpec(network: Network, next: Next): void {
  const spec = specOf(oneOf(network.layers!, next));
  if (Object.keys(spec).length > 0) mutateTree(spec, next);
}

const resize = (network: Network, next: Next): void => {
  const input = network.inputs![0];
  if (input)
    input.shape = (input.shape ?? []).map((size) => (next() < 0.5 ? size : oneOf([1, 2, 9, edge(next)], next)));
};

const EDITS = [
  mutateWeights,
  rewire,
  mutateLists,
  resize,
  mutateSpec,
  mutateSpec,
  (network: Network, next: Next) => mutateTree(network as Tree, next),
];

/** A broken copy of the file; undefined where the encoder cannot write what came out. */
export function mutateFile(file: Uint8Array, next: Next): Uint8Array | undefined {
  const way = next();
  if (way < 0.05) return mutateBytes(file, next);
  if (way < 0.2) return fileOf(mutateBytes(networkOf(file), next));
  const network = espalier.Network.decode(networkOf(file));
  try {
    for (let count = 1 + below(3, next); count > 0 && network.layers.length > 0; count--) {
      oneOf(EDITS, next)(network, next);
    }
    return fileOf(espalier.Network.encode(network).finish());
  } catch {
    return undefined;
  }
}
