/** What training changes: which constants of a graph, what they are to it, and where they lie in one run of memory. */
import { Abi } from "../../assembly/abi.js";
import { formatShape, type Graph, sizeOf, type Tensor } from "../graph/graph.js";
import { alignUp } from "../runtime/site.js";

/** Weights are drawn towards zero by weight decay; biases and what belongs to norms are spared. */
export type ParameterRole = "weight" | "bias" | "norm";

export interface Parameter {
  /** The constant's name in the graph. */
  readonly name: string;
  readonly role: ParameterRole;
  readonly shape: readonly number[];
  /** Bytes behind the beginning of all parameters; its gradient lies as far behind the beginning of all gradients. */
  readonly offset: number;
}

/** All parameters in one run of memory: weights first, so that what decays is a run of its own. */
export class ParameterLayout {
  readonly list: readonly Parameter[];
  /** Bytes of those that decay, which come first, and of all. */
  readonly decayingBytes: number;
  readonly bytes: number;
  readonly #byName: ReadonlyMap<string, Parameter>;

  constructor(graph: Graph, roles: ReadonlyMap<string, ParameterRole>) {
    const names = [...roles.keys()].sort(
      (a, b) => Number(roles.get(a) !== "weight") - Number(roles.get(b) !== "weight"),
    );
    let offset = 0;
    this.list = names.map((name) => {
      const { shape } = graph.constants.get(name)!;
      const parameter = { name, role: roles.get(name)!, shape, offset };
      offset += alignUp(4 * sizeOf(shape) + Abi.slackBytes);
      return parameter;
    });
    this.bytes = offset;
    this.decayingBytes = this.list.find(({ role }) => role !== "weight")?.offset ?? offset;
    this.#byName = new Map(this.list.map((parameter) => [parameter.name, parameter]));
  }

  get(name: string): Parameter | undefined {
    return this.#byName.get(name);
  }
}

/** A graph with other numbers in some of its constants. */
export function withConstants(graph: Graph, numbers: ReadonlyMap<string, Float32Array>): Graph {
  const constants = new Map<string, Tensor>(graph.constants);
  for (const [name, data] of numbers) {
    const { shape } = graph.constants.get(name)!;
    if (sizeOf(shape) !== data.length) throw new RangeError(`${name} is ${formatShape(shape)}, came ${data.length}`);
    constants.set(name, { shape, data });
  }
  return { ...graph, constants };
}
