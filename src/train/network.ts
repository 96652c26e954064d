/** One network inside a training plan: its values, forward records, and where gradients have gone. */
import { RequestError } from "../errors.js";
import { countReaders } from "../graph/edit.js";
import { type Graph, type Node, type Shape, sizeOf } from "../graph/graph.js";
import { opOf } from "../ops/index.js";
import { atNode, inferShapes } from "../ops/walk.js";
import type { LayerOp } from "../gen/network.js";
import { ruleOf } from "../runtime/layers/index.js";
import type { Place } from "../runtime/site.js";
import { GRADIENTS } from "./gradients/index.js";
import type { AnyGradient, NodeSite } from "./gradients/gradient.js";
import { encodeLayer } from "./encode-layer.js";
import type { ParameterRole } from "./parameters.js";
import { type Clamp, NO_CLAMP, type Records, type Value } from "./records.js";

/** A node, and the clamp behind it that is computed along with it. */
export interface Stage {
  readonly node: Node;
  readonly gradient: AnyGradient | undefined;
  readonly clamp: Clamp;
  /** Name of what it gives: the clamp's where there is one. */
  readonly output: string;
}

/** Where constants lie that are not packed into layers. */
export interface ConstantPlaces {
  /** Of a trained constant or of running statistics; undefined for others. */
  placeOf(name: string): Place | undefined;
}

/**
 * The nodes up to those that give the answers, in running order; clamps that the node in front takes over are no stages of their
 * own, unless what that node gives is one of the values `apart`.
 */
export function stagesOf(graph: Graph, answers: readonly string[], apart: ReadonlySet<string> = new Set()): Stage[] {
  const readers = countReaders(graph);
  const taken = new Set<string>();
  const last = graph.nodes.findLastIndex(({ outputs }) => answers.some((name) => outputs.includes(name)));
  const needed = graph.nodes.slice(0, last + 1);
  return needed.flatMap((node, i): Stage[] => {
    if (taken.has(node.name)) return [];
    const gradient = GRADIENTS.get(node.op);
    const own = node.outputs[0]!;
    const next = needed.slice(i + 1).find(({ inputs }) => inputs[0] === own);
    const clampOf = next && GRADIENTS.get(next.op)?.clamp;
    if (!gradient?.clamps || !clampOf || readers.get(own) !== 1 || apart.has(own)) {
      return [{ node, gradient, clamp: NO_CLAMP, output: own }];
    }
    taken.add(next.name);
    return [{ node, gradient, clamp: clampOf(next.attrs), output: next.outputs[0]! }];
  });
}

/** The constants that training changes, and what they are. Those in front of the first layer with weights stay: preprocessing. */
export function trainedConstants(graph: Graph, stages: readonly Stage[]): Map<string, ParameterRole> {
  const roles = new Map<string, ParameterRole>();
  const behindWeights = new Set<string>();
  for (const { node, gradient, output } of stages) {
    const isBehind = node.inputs.some((name) => behindWeights.has(name));
    const entries = Object.entries(gradient?.parameters ?? {}).map(
      ([i, role]) => [node.inputs[Number(i)], role] as const,
    );
    const constants = entries.filter(([name]) => name !== undefined && graph.constants.has(name));
    const isLayer = constants.some(([, role]) => role === "weight");
    const isElementwise = !isLayer && !gradient?.statistics;
    for (const [name, role] of constants) {
      if (isElementwise && (!isBehind || sizeOf(graph.constants.get(name!)!.shape) === 1)) continue;
      roles.set(name!, role);
    }
    if (isBehind || isLayer) behindWeights.add(output);
  }
  return roles;
}

/** Constants that training keeps up to date without gradients: running statistics. */
export function statisticsOf(graph: Graph, stages: readonly Stage[]): string[] {
  const names = stages.flatMap(({ node, gradient }) => (gradient?.statistics ?? []).map((i) => node.inputs[i]!));
  return names.filter((name) => graph.constants.has(name));
}

/** A network as values and records. */
export class PlannedNetwork {
  readonly stages: readonly Stage[];
  readonly shapes: ReadonlyMap<string, Shape>;
  readonly values = new Map<string, Value>();
  /** What each stage's forward records handed over. */
  readonly kept = new Map<Stage, unknown>();
  readonly #records: Records;
  readonly #images: number;
  readonly #graph: Graph;
  readonly #constants: ConstantPlaces;

  constructor(graph: Graph, stages: readonly Stage[], records: Records, images: number, constants: ConstantPlaces) {
    this.#graph = graph;
    this.stages = stages;
    this.#records = records;
    this.#images = images;
    this.#constants = constants;
    this.shapes = inferShapes(graph);
    checkBatch(graph);
  }

  /** Plans the forward records. `apart`: no layer's values are wanted later, so their memory is used again behind the next. */
  forward(inputs: ReadonlyMap<string, Value>, apart = false): void {
    inputs.forEach((value, name) => this.values.set(name, value));
    for (const stage of this.stages) {
      atNode(stage.node, () => this.#forwardStage(stage));
      if (apart) this.#records.barrier();
    }
  }

  /** What both directions of a stage know. */
  site(stage: Stage): NodeSite<object> {
    const { node } = stage;
    return {
      attrs: node.attrs,
      records: this.#records,
      images: this.#images,
      inputs: node.inputs.map((name) => this.valueOf(name)),
      isTrained: (input) =>
        this.#graph.constants.has(node.inputs[input]!) && this.#constants.placeOf(node.inputs[input]!) !== undefined,
      each: (place) => ({ eachOf: place }),
    };
  }

  /** A computed value, a parameter, or a constant, which is written beside the tables. */
  valueOf(name: string): Value {
    const known = this.values.get(name);
    if (known) return known;
    const tensor = this.#graph.constants.get(name)!;
    const place =
      this.#constants.placeOf(name) ?? this.#records.constants.floats(tensor.data.length, (to) => to.set(tensor.data));
    const value = { shape: tensor.shape, place };
    this.values.set(name, value);
    return value;
  }

  #forwardStage(stage: Stage): void {
    const { node, gradient, clamp, output } = stage;
    const records = this.#records;
    records.beginLayer();
    const shape = this.shapes.get(output)!;
    if (gradient?.forward && !this.#isFrozen(stage)) {
      const value = { shape, place: records.buffers.add(4 * sizeOf(shape), true) };
      this.values.set(output, value);
      this.kept.set(stage, gradient.forward({ ...this.site(stage), output: value, clamp }));
      return;
    }
    const { op, reads } = this.#lower(node);
    const inputs = reads.map((i) => this.valueOf(node.inputs[i]!));
    if (ruleOf(op.type).view) {
      this.values.set(output, { shape, place: inputs[0]!.place });
      return;
    }
    const value = { shape, place: records.buffers.add(4 * sizeOf(shape), true) };
    this.values.set(output, value);
    records.layer(op, inputs, value, clamp);
  }

  /** Statistics that are not kept up to date, as a teacher's, are what inference goes by. */
  #isFrozen({ node, gradient }: Stage): boolean {
    return (gradient?.statistics ?? []).some((input) => this.#constants.placeOf(node.inputs[input]!) === undefined);
  }

  #lower(node: Node): { op: LayerOp; reads: readonly number[] } {
    const inputs = node.inputs.map((name) => ({
      shape: this.shapes.get(name)!,
      constant: this.#constants.placeOf(name) ? undefined : this.#graph.constants.get(name),
    }));
    const { layer, reads } = opOf(node).lower(node.attrs, inputs);
    return { op: encodeLayer(layer), reads };
  }
}

function checkBatch(graph: Graph): void {
  for (const { name, shape } of graph.inputs) {
    if (shape[0] === 1) continue;
    throw new RequestError(`takes ${shape[0]} images at once; training wants a graph of one image, import it so`, name);
  }
}
