/** What is known while a graph is exported, and the ONNX nodes and initializers made so far. */
import { allNames, freshName } from "../graph/edit.js";
import type { Graph, Shape, Tensor } from "../graph/graph.js";
import type { onnx } from "../gen/onnx.js";
import type { NodeOf, OpName } from "../ops/index.js";
import { inferShapes } from "../ops/walk.js";
import type { AttributeProto } from "./attributes.js";
import { floatProto, intProto, type TensorProto } from "./tensor-proto.js";

export class ExportScope {
  readonly opset: number;
  readonly nodes: onnx.NodeProto.$Properties[] = [];
  readonly #graph: Graph;
  readonly #shapes: ReadonlyMap<string, Shape>;
  readonly #names: Set<string>;
  readonly #made = new Map<string, TensorProto>();

  constructor(graph: Graph, opset: number) {
    this.opset = opset;
    this.#graph = graph;
    this.#shapes = inferShapes(graph);
    this.#names = allNames(graph);
  }

  shape(name: string): Shape {
    return this.#shapes.get(name)!;
  }

  constant(name: string): Tensor | undefined {
    return this.#graph.constants.get(name);
  }

  fresh(wanted: string): string {
    return freshName(wanted, this.#names);
  }

  add(
    opType: string,
    inputs: readonly string[],
    output: string,
    name: string,
    attribute: readonly AttributeProto[] = [],
  ): void {
    this.nodes.push({ opType, input: [...inputs], output: [output], name, attribute: [...attribute] });
  }

  /** A node in front of another one; returns its output's name. */
  step(opType: string, inputs: readonly string[], wanted: string, attribute: readonly AttributeProto[] = []): string {
    const output = this.fresh(wanted);
    this.add(opType, inputs, output, output, attribute);
    return output;
  }

  /** A new list of integers; returns its name. */
  ints(wanted: string, values: readonly number[]): string {
    const name = this.fresh(wanted);
    this.#made.set(name, intProto(name, values));
    return name;
  }

  /** A new tensor; returns its name. */
  floats(wanted: string, tensor: Tensor): string {
    const name = this.fresh(wanted);
    this.#made.set(name, floatProto(name, tensor));
    return name;
  }

  /** The constants that some node or output reads. */
  initializers(): TensorProto[] {
    const read = new Set([...this.nodes.flatMap((node) => node.input ?? []), ...this.#graph.outputs]);
    const kept = [...this.#graph.constants].filter(([name]) => read.has(name));
    return [...kept.map(([name, tensor]) => floatProto(name, tensor)), ...this.#made.values()];
  }
}

/** Writes one graph node as ONNX nodes. */
export type Exporter<K extends OpName> = (node: NodeOf<K>, scope: ExportScope) => void;
