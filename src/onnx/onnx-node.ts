/** An ONNX node as its importer sees it: inputs by number, with what is known of each, and ways to add graph nodes. */
import { ModelError } from "../errors.js";
import type { onnx } from "../gen/onnx.js";
import type { Shape } from "../graph/graph.js";
import { type AttrsOf, makeNode, type OpName } from "../ops/index.js";
import { type AttributeProto, Attributes } from "./attributes.js";
import type { Constant } from "./constant.js";
import type { ImportScope } from "./import-scope.js";

/** Far more axes than any value has. */
const LONGEST_LIST = 1024;

export class OnnxNode {
  readonly name: string;
  readonly type: string;
  readonly attributes: Attributes;
  /** Names in the model; empty where an optional input is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly scope: ImportScope;
  readonly #proto: onnx.NodeProto.$Properties;

  constructor(proto: onnx.NodeProto.$Properties, name: string, scope: ImportScope) {
    this.name = name;
    this.type = proto.opType ?? "";
    this.attributes = new Attributes(proto.attribute ?? []);
    this.inputs = proto.input ?? [];
    this.outputs = proto.output ?? [];
    this.scope = scope;
    this.#proto = proto;
  }

  /** The same node with other inputs, another output, and these attributes in place of its own ones; a name of its own if given. */
  rewritten(inputs: readonly string[], output: string, attributes: readonly AttributeProto[], name?: string): OnnxNode {
    const replaced = new Set(attributes.map(({ name }) => name));
    const kept = (this.#proto.attribute ?? []).filter(({ name }) => !replaced.has(name));
    const proto = { ...this.#proto, input: [...inputs], output: [output], attribute: [...kept, ...attributes] };
    return new OnnxNode(proto, name === undefined ? this.name : this.scope.freshNode(name), this.scope);
  }

  get opset(): number {
    return this.scope.opset;
  }

  has(input: number): boolean {
    return Boolean(this.inputs[input]);
  }

  /** The name to read input number `input` by. */
  value(input: number): string {
    const name = this.inputs[input];
    if (!name) throw new ModelError(`input ${input} is missing`);
    return name;
  }

  /** These inputs' names; the ones behind the last present one are left out. */
  values(first: number, last: number): string[] {
    const names = [];
    for (let input = first; input <= last && this.has(input); input++) names.push(this.value(input));
    return names;
  }

  /** Like `value`; a constant of integers as float where it meets computed integers, which are float here, or `always`. */
  floatValue(input: number, always = false): string {
    const name = this.value(input);
    const constant = this.constant(input);
    const meetsIntegers = this.inputs.some(
      (other) => other && !this.scope.constant(other) && this.scope.isWhole(other),
    );
    if (constant?.kind !== "int" || !(always || meetsIntegers)) return name;
    return this.define(`${name}_float`, { ...constant, kind: "double" });
  }

  /** Whether input number `input` holds integers in the model. */
  isWhole(input: number): boolean {
    return this.scope.isWhole(this.value(input));
  }

  shape(input: number): Shape {
    return this.scope.shape(this.value(input));
  }

  /** Undefined where the network computes the value. */
  constant(input: number): Constant | undefined {
    return this.scope.constant(this.value(input));
  }

  needConstant(input: number): Constant {
    const constant = this.constant(input);
    if (!constant) {
      throw new ModelError(`input ${input} ("${this.value(input)}") is computed by the network; it must be a constant`);
    }
    return constant;
  }

  /** The elements of a constant input that is a short list; undefined where the input is left out. */
  numbers(input: number): number[] | undefined {
    if (!this.has(input)) return undefined;
    const { data } = this.needConstant(input);
    if (data.length > LONGEST_LIST) {
      throw new ModelError(`input ${input} has ${data.length} elements, expected at most ${LONGEST_LIST}`);
    }
    return [...data];
  }

  /** The one element of a constant input; undefined where the input is left out. */
  number(input: number): number | undefined {
    const numbers = this.numbers(input);
    if (numbers && numbers.length !== 1)
      throw new ModelError(`input ${input} has ${numbers.length} elements, expected 1`);
    return numbers?.[0];
  }

  /** A new constant, called like `wanted`; returns its name. */
  define(wanted: string, constant: Constant): string {
    const name = this.scope.freshValue(wanted);
    this.scope.defineComputed(name, constant);
    return name;
  }

  /** The graph node that computes this node's output, or the one with this number. */
  emit<K extends OpName>(op: K, attrs: AttrsOf<K>, inputs: readonly string[], output = 0): void {
    const name = output === 0 ? this.name : this.scope.freshNode(`${this.name}_${output}`);
    this.scope.add(makeNode(op, attrs, inputs, this.outputs[output]!, name));
  }

  /** A graph node on the way there; returns its value's name. */
  step<K extends OpName>(op: K, attrs: AttrsOf<K>, inputs: readonly string[]): string {
    const output = this.scope.freshValue(`${this.outputs[0]!}_${op}`);
    this.scope.add(makeNode(op, attrs, inputs, output, this.scope.freshNode(`${this.name}_${op}`)));
    return output;
  }
}

/** Adds what one ONNX node means to the graph. Throws a `ModelError` without a place: the caller adds the node's name. */
export type Importer = (node: OnnxNode) => void;
