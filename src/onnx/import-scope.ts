/** What is known while a model is imported: constants, shapes of computed values, and the nodes made so far. */
import { EspalierError, ModelError } from "../errors.js";
import { freshName } from "../graph/edit.js";
import { formatShape, type Node, type Shape, sizeOf, type Tensor } from "../graph/graph.js";
import { opOf } from "../ops/index.js";
import { inferNode } from "../ops/walk.js";
import { type Constant, type Kind, LARGEST_CONSTANT, makeConstant, toTensor } from "./constant.js";
import type { External } from "./tensor-proto.js";

/** Elements of all constants that are computed during one import, together. */
const LARGEST_TOTAL = 2 * LARGEST_CONSTANT;
/** The most elements of a computed value: what can be addressed with 31 bits. */
const LARGEST_VALUE = 2 ** 31 - 1;
/** Elements of a constant that an operator may compute element by element during the import. */
const LARGEST_RESULT = 2 ** 24;
/** Multiply-adds above which a node on constants stays a node. */
const MOST_FOLDED_MACS = 2 ** 26;

export class ImportScope {
  readonly opset: number;
  /** How to get at files beside the model. */
  readonly external: External | undefined;
  readonly nodes: Node[] = [];
  readonly notes: string[] = [];
  /** Constants that a node of the graph or an output reads. */
  readonly tensors = new Map<string, Tensor>();
  /** Values [n, c, w] that also exist as [n, c, 1, w]: the names of these. */
  readonly planes = new Map<string, string>();
  /** Values that the model holds as integers and that are real numbers here: one step of the integers. */
  readonly quantised = new Map<string, number>();
  /** Constants that stand for what the model would compute, and that no output may be. */
  readonly standIns = new Set<string>();
  readonly #constants = new Map<string, Constant>();
  readonly #shapes = new Map<string, Shape>();
  /** Computed values that are integers in the model: float32 here, but what divides them must know. */
  readonly #whole = new Set<string>();
  readonly #valueNames: Set<string>;
  readonly #nodeNames: Set<string>;
  #computed = 0;

  constructor(opset: number, valueNames: Set<string>, nodeNames: Set<string>, external?: External) {
    this.opset = opset;
    this.external = external;
    this.#valueNames = valueNames;
    this.#nodeNames = nodeNames;
  }

  isDefined(name: string): boolean {
    return this.#shapes.has(name);
  }

  constant(name: string): Constant | undefined {
    return this.#constants.get(name);
  }

  isWhole(name: string): boolean {
    return this.#whole.has(name) || this.#constants.get(name)?.kind === "int";
  }

  markWhole(name: string): void {
    this.#whole.add(name);
  }

  shape(name: string): Shape {
    const shape = this.#shapes.get(name);
    if (!shape) throw new ModelError(`reads "${name}", which nothing before it defines`);
    return shape;
  }

  freshValue(wanted: string): string {
    return freshName(wanted, this.#valueNames);
  }

  freshNode(wanted: string): string {
    return freshName(wanted, this.#nodeNames);
  }

  defineValue(name: string, shape: Shape): void {
    if (this.isDefined(name)) throw new ModelError(`defines "${name}", which is defined already`);
    const size = sizeOf(shape);
    if (!(size >= 1 && size <= LARGEST_VALUE)) {
      throw new ModelError(
        `"${name}" would have the shape ${formatShape(shape)}, 1 to ${LARGEST_VALUE} elements are possible`,
      );
    }
    this.#shapes.set(name, shape);
  }

  defineConstant(name: string, constant: Constant): void {
    if (this.isDefined(name)) throw new ModelError(`defines "${name}", which is defined already`);
    this.#shapes.set(name, constant.shape);
    this.#constants.set(name, constant);
  }

  /** Like `defineConstant`, for what the importer itself computed: a small file cannot ask for endless memory. */
  defineComputed(name: string, constant: Constant): void {
    this.#computed += constant.data.length;
    if (this.#computed > LARGEST_TOTAL) {
      throw new ModelError(`constants computed during the import exceed ${LARGEST_TOTAL} elements in all`);
    }
    this.defineConstant(name, constant);
  }

  /** A constant that `reader` reads moves into the graph. */
  keep(name: string, reader: string): void {
    const constant = this.#constants.get(name);
    if (!constant || this.tensors.has(name)) return;
    if (constant.kind === "int" || constant.kind === "bool") {
      throw new ModelError(`the constant "${name}" holds ${constant.kind} numbers, expected float`, reader);
    }
    this.tensors.set(name, toTensor(constant));
  }

  /** Adds a node; one whose inputs are all constants is computed instead. */
  add(node: Node): void {
    const inputs = node.inputs.map((name) => this.shape(name));
    const outputs = inferNode(node, inputs);
    const constants = node.inputs.flatMap((name) => this.#constants.get(name) ?? []);
    const op = opOf(node);
    const isCheap = !op.windowed && op.macs(node.attrs, inputs) <= MOST_FOLDED_MACS;
    if (isCheap && constants.length === inputs.length) return this.#compute(node, constants, outputs);
    node.inputs.forEach((name) => this.keep(name, node.name));
    node.outputs.forEach((name, i) => this.defineValue(name, outputs[i]!));
    this.nodes.push(node);
  }

  #compute(node: Node, constants: readonly Constant[], shapes: readonly Shape[]): void {
    const largest = opOf(node).moves ? LARGEST_CONSTANT : LARGEST_RESULT;
    if (shapes.some((shape) => sizeOf(shape) > largest)) {
      throw new ModelError(`would compute a constant of more than ${largest} elements during the import`);
    }
    const kind: Kind = opOf(node).moves ? constants[0]!.kind : "float";
    const results = opOf(node).evaluate(node.attrs, constants);
    results.forEach(({ shape, data }, i) => {
      this.defineComputed(
        node.outputs[i]!,
        makeConstant(kind, shape, (at) => data[at]!),
      );
    });
  }
}

/** Runs `step`; an error without a place gets this one. */
export function within<T>(where: string, step: () => T): T {
  try {
    return step();
  } catch (error) {
    if (error instanceof EspalierError && error.where === undefined) throw new ModelError(error.message, where);
    throw error;
  }
}
