/** Builds graphs in code, with seeded weights. Every method takes the name of a value and returns that of its result. */
import { NOTHING_KNOWN } from "../graph/about.js";
import type { Graph, GraphInput, Node, Shape, Tensor } from "../graph/graph.js";
import { sizeOf } from "../graph/graph.js";
import { verifyGraph } from "../graph/verify.js";
import { type AttrsOf, makeNode, type OpName } from "../ops/index.js";
import { inferNode } from "../ops/walk.js";
import { deriveSeed, normal, uniform } from "../random.js";

export interface ConvOptions {
  readonly stride?: number;
  /** Rows and columns of zeros on each side; default keeps the size at stride 1. */
  readonly pad?: number;
  readonly groups?: number;
  readonly dilation?: number;
  readonly bias?: boolean;
}

export interface PoolOptions {
  readonly kernel: number;
  readonly stride: number;
  readonly pad?: number;
  readonly ceil?: boolean;
}

export class GraphBuilder {
  readonly #nodes: Node[] = [];
  readonly #constants = new Map<string, Tensor>();
  readonly #shapes = new Map<string, Shape>();
  readonly #inputs: GraphInput[] = [];
  readonly #seed: number;

  constructor(seed: number) {
    this.#seed = seed;
  }

  input(name: string, shape: Shape): string {
    this.#inputs.push({ name, shape, batch: "" });
    this.#shapes.set(name, shape);
    return name;
  }

  shapeOf(value: string): Shape {
    return this.#shapes.get(value)!;
  }

  constant(name: string, shape: Shape, fill: (i: number) => number): string {
    this.#constants.set(name, { shape, data: Float32Array.from({ length: sizeOf(shape) }, (_, i) => fill(i)) });
    this.#shapes.set(name, shape);
    return name;
  }

  /** Any operator; the result has the node's name. */
  node<K extends OpName>(name: string, op: K, attrs: AttrsOf<K>, inputs: readonly string[]): string {
    const node = makeNode(op, attrs, inputs, name);
    const [shape] = inferNode(
      node,
      inputs.map((value) => this.shapeOf(value)),
    );
    this.#shapes.set(name, shape!);
    this.#nodes.push(node);
    return name;
  }

  /** Square convolution with He-normal filters (He et al. 2015). */
  conv(name: string, x: string, oc: number, kernel: number, options: ConvOptions = {}): string {
    const { stride = 1, dilation = 1, groups = 1, bias = false } = options;
    const pad = options.pad ?? Math.floor((dilation * (kernel - 1)) / 2);
    const icg = this.shapeOf(x)[1]! / groups;
    const filter = this.weights(`${name}.weight`, [oc, icg, kernel, kernel], Math.sqrt(2 / (icg * kernel * kernel)));
    const inputs = bias ? [x, filter, this.weights(`${name}.bias`, [oc], 0.1)] : [x, filter];
    const attrs = {
      strides: [stride, stride],
      dilations: [dilation, dilation],
      pads: [pad, pad, pad, pad],
      groups,
    } as const;
    return this.node(name, "conv", attrs, inputs);
  }

  /** Batch norm with statistics as training leaves them: none of them 0 or 1. */
  batchNorm(name: string, x: string): string {
    const channels = [this.shapeOf(x)[1]!];
    const around = (part: string, low: number, high: number) => {
      const next = uniform(deriveSeed(this.#seed, `${name}.${part}`));
      return this.constant(`${name}.${part}`, channels, () => low + (high - low) * next());
    };
    const parameters = [
      around("gamma", 0.5, 1.5),
      around("beta", -0.3, 0.3),
      around("mean", -0.3, 0.3),
      around("variance", 0.5, 1.5),
    ];
    return this.node(name, "batch-norm", { epsilon: 1e-5 }, [x, ...parameters]);
  }

  relu(name: string, x: string): string {
    return this.node(name, "relu", {}, [x]);
  }

  /** Square windows. */
  maxPool(name: string, x: string, { kernel, stride, pad = 0, ceil = false }: PoolOptions): string {
    const attrs = {
      kernel: [kernel, kernel],
      strides: [stride, stride],
      dilations: [1, 1],
      pads: [pad, pad, pad, pad],
      ceil,
    } as const;
    return this.node(name, "max-pool", attrs, [x]);
  }

  /** The mean of each plane, as a row of features. */
  globalPool(x: string): string {
    return this.node("flatten", "flatten", { axis: 1 }, [this.node("pool", "global-average-pool", {}, [x])]);
  }

  gemm(name: string, x: string, out: number): string {
    const width = this.shapeOf(x).at(-1)!;
    const filter = this.weights(`${name}.weight`, [out, width], Math.sqrt(1 / width));
    return this.node(name, "gemm", {}, [x, filter, this.weights(`${name}.bias`, [out], 0.1)]);
  }

  /** Normal numbers with this standard deviation, seeded by the name. */
  weights(name: string, shape: Shape, deviation: number): string {
    const next = normal(deriveSeed(this.#seed, name));
    return this.constant(name, shape, () => deviation * next());
  }

  build(name: string, outputs: readonly string[]): Graph {
    const graph = {
      name,
      inputs: this.#inputs,
      outputs,
      nodes: this.#nodes,
      constants: this.#constants,
      about: NOTHING_KNOWN,
    };
    verifyGraph(graph);
    return graph;
  }
}
