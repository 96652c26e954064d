import { allNames, dropUnused, freshName } from "../graph/edit.js";
import { type Graph, type Node, type Shape, sizeOf, type Tensor } from "../graph/graph.js";
import { isOp, makeNode, opOf } from "../ops/index.js";
import { transpose } from "../ops/transpose.js";
import { inferShapes } from "../ops/walk.js";

/** A value that is `base` transposed: its axis i is axis order[i] of `base`. */
interface Moved {
  readonly base: string;
  readonly order: readonly number[];
}

/**
 * transpose -> relu, add, concat, pad, ... -> transpose  becomes  relu, add, concat, pad, ... with the axes it had before.
 *
 * Transposes move down through operators that can be reordered (`Op.reorder`) until they meet: two become one, or none where
 * they cancel; one that only moves axes of size 1 becomes a reshape. Fires where what is left moves fewer elements than before.
 * The numbers stay the same.
 */
export function cancelTransposes(graph: Graph): Graph {
  const before = movedElements(graph);
  if (before === 0) return graph;
  const sunk = new Sinking(graph).run();
  return movedElements(sunk) < before ? sunk : graph;
}

function movedElements(graph: Graph): number {
  const shapes = inferShapes(graph);
  const moving = graph.nodes.filter((node) => isOp(node, "transpose"));
  return moving.reduce((sum, node) => sum + sizeOf(shapes.get(node.outputs[0]!)!), 0);
}

const isIdentity = (order: readonly number[]) => order.every((axis, i) => axis === i);

class Sinking {
  readonly #graph: Graph;
  readonly #shapes: Map<string, Shape>;
  readonly #taken: Set<string>;
  #nodes: Node[] = [];
  readonly #constants: Map<string, Tensor>;
  /** By the name that the value had in the old graph. */
  readonly #moved = new Map<string, Moved>();
  /** Values that only the new graph has. */
  readonly #fresh = new Set<string>();
  /** Moved values that exist under their old names, too. */
  readonly #made = new Set<string>();

  constructor(graph: Graph) {
    this.#graph = graph;
    this.#shapes = inferShapes(graph);
    this.#taken = allNames(graph);
    this.#constants = new Map(graph.constants);
  }

  run(): Graph {
    for (const node of this.#graph.nodes) {
      if (isOp(node, "transpose")) this.#compose(node.inputs[0]!, node.attrs.permutation, node.outputs[0]!);
      else if (!this.#sinkThrough(node)) {
        this.#nodes.push({ ...node, inputs: node.inputs.map((name) => this.#make(name)) });
      }
    }
    this.#graph.outputs.forEach((name) => this.#make(name, true));
    return dropUnused({ ...this.#graph, nodes: this.#nodes, constants: this.#constants });
  }

  #compose(x: string, permutation: readonly number[], y: string): void {
    const { base, order } = this.#moved.get(x) ?? { base: x, order: permutation.map((_, axis) => axis) };
    this.#moved.set(y, { base, order: permutation.map((axis) => order[axis]!) });
  }

  /** Puts the node in front of its inputs' transpose, if all have the same one. */
  #sinkThrough(node: Node): boolean {
    const op = opOf(node);
    const computed = node.inputs.filter((name) => !this.#graph.constants.has(name));
    const order = this.#moved.get(computed[0] ?? "")?.order;
    if (!op.reorder || !order || node.outputs.length !== 1) return false;
    const fits = (name: string) =>
      this.#graph.constants.has(name)
        ? this.#shapes.get(name)!.length <= order.length
        : this.#moved.get(name)?.order.join() === order.join();
    if (!node.inputs.every(fits)) return false;
    const [y] = node.outputs as [string];
    const reordered = op.reorder(node.attrs, order);
    const inputs = node.inputs.map((name) => this.#moved.get(name)?.base ?? this.#moveConstant(name, order));
    const base = freshName(`${y}:straight`, this.#taken);
    this.#fresh.add(base);
    this.#shapes.set(base, straightened(this.#shapes.get(y)!, reordered.order));
    this.#nodes.push({ ...node, attrs: reordered.attrs as object, inputs, outputs: [base] });
    this.#moved.set(y, { base, order: reordered.order });
    return true;
  }

  /** The constant that becomes this one when it is transposed. */
  #moveConstant(name: string, order: readonly number[]): string {
    const { shape, data } = this.#graph.constants.get(name)!;
    const full = [...order.slice(shape.length).map(() => 1), ...shape];
    const permutation = order.map((_, axis) => order.indexOf(axis));
    const [result] = transpose.evaluate({ permutation }, [{ shape: full, data }]);
    const moved = freshName(`${name}:straight`, this.#taken);
    this.#constants.set(moved, { shape: result!.shape, data: Float32Array.from(result!.data) });
    this.#shapes.set(moved, result!.shape);
    return moved;
  }

  /** The name to read a value by; a moved one is transposed where it is first read. An output needs its own name. */
  #make(name: string, asOutput = false): string {
    const moved = this.#moved.get(name);
    if (!moved || this.#made.has(name)) return name;
    const { base, order } = moved;
    if (isIdentity(order) && !asOutput) return base;
    this.#made.add(name);
    if (isIdentity(order) && this.#fresh.delete(base)) this.#rename(base, name);
    else this.#nodes.push(this.#writer(moved, name));
    return name;
  }

  #rename(from: string, to: string): void {
    const renamed = (names: readonly string[]) => names.map((name) => (name === from ? to : name));
    this.#nodes = this.#nodes.map((node) => ({
      ...node,
      inputs: renamed(node.inputs),
      outputs: renamed(node.outputs),
    }));
    for (const [value, { base, order }] of this.#moved) if (base === from) this.#moved.set(value, { base: to, order });
    this.#shapes.set(to, this.#shapes.get(from)!);
  }

  #writer({ base, order }: Moved, name: string): Node {
    const nodeName = freshName(`${name}:moved`, this.#taken);
    if (isIdentity(order)) return makeNode("identity", {}, [base], name, nodeName);
    const shape = this.#shapes.get(base)!;
    const wide = order.filter((axis) => shape[axis] !== 1 || axis === 0);
    if (wide.some((axis, i) => i > 0 && axis < wide[i - 1]!)) {
      return makeNode("transpose", { permutation: order }, [base], name, nodeName);
    }
    // The batch is copied where it stays in front, and takes what is left elsewhere.
    const target = order.map((axis, i) => (axis === 0 ? (i === 0 ? 0 : -1) : shape[axis]!));
    return makeNode("reshape", { shape: target }, [base], name, nodeName);
  }
}

/** The shape of which `shape` is the transpose. */
function straightened(shape: Shape, order: readonly number[]): Shape {
  return order.map((_, axis) => shape[order.indexOf(axis)]!);
}
