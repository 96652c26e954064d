import { EspalierError, RequestError } from "../../errors.js";
import { allNames, freshName } from "../../graph/edit.js";
import { type Graph, sameShape } from "../../graph/graph.js";
import { isOp, makeNode, type NodeOf } from "../../ops/index.js";
import { checkPositions, nearestComputed, type Positions } from "../../ops/positions.js";
import { inferShapes } from "../../ops/walk.js";
import { type EditKind, type EditOf, isIncreasing, nodeNamed } from "./edit.js";

/** Pixels of its output that a convolution computes: a grid of rows and columns, or row-major numbers. */
export interface PositionsEdit extends EditOf<"positions"> {
  /** Height and width of the output when the plan was made. */
  readonly size: readonly [number, number];
  readonly rows?: readonly number[];
  readonly columns?: readonly number[];
  readonly pixels?: readonly number[];
}

export const positions: EditKind<PositionsEdit> = {
  kind: "positions",
  form: "{node, size: [height, width], and rows and columns, or pixels: [increasing numbers]}",

  fits({ size, rows, columns, pixels }) {
    const isSize = Array.isArray(size) && size.length === 2 && size.every((n) => Number.isSafeInteger(n) && n > 0);
    const isGrid = isIncreasing(rows) && isIncreasing(columns) && pixels === undefined;
    return isSize && (isGrid || (isIncreasing(pixels) && rows === undefined && columns === undefined));
  },

  check(edit, graph) {
    const node = convolution(edit, graph);
    if (node.attrs.positions) throw new RequestError("computes some of its pixels only already", edit.node);
    const size = planeOf(node, graph);
    if (!sameShape(size, edit.size)) {
      const sizes = `${size.join("x")} here, ${edit.size.join("x")} in the plan`;
      throw new RequestError(`the output is ${sizes}; the plan is another network's`, edit.node);
    }
    try {
      checkPositions(listsOf(edit), ...size);
    } catch (error) {
      if (!(error instanceof EspalierError)) throw error;
      throw new RequestError(error.message, edit.node);
    }
  },

  apply(edit, graph) {
    const node = convolution(edit, graph);
    const perforated = { ...node, attrs: { ...node.attrs, positions: listsOf(edit) } };
    return { ...graph, nodes: graph.nodes.map((other) => (other === node ? perforated : other)) };
  },

  // All pixels are computed, and then replaced by their nearest ones.
  masked(edit, graph) {
    const node = convolution(edit, graph);
    const shape = inferShapes(graph).get(node.outputs[0]!)!;
    const taken = allNames(graph);
    const [whole, flat, moved] = ["whole", "flat", "nearest"].map((part) => freshName(`${node.name}:${part}`, taken));
    const indices = [...nearestComputed(listsOf(edit), ...edit.size)];
    const steps = [
      { ...node, outputs: [whole!] },
      makeNode("reshape", { shape: [...shape.slice(0, 2), indices.length] }, [whole!], flat!),
      makeNode("gather", { axis: 2, indices }, [flat!], moved!),
      { ...makeNode("reshape", { shape }, [moved!], freshName(`${node.name}:planes`, taken)), outputs: node.outputs },
    ];
    return { ...graph, nodes: graph.nodes.flatMap((other) => (other === node ? steps : [other])) };
  },
};

function convolution({ node: name }: PositionsEdit, graph: Graph): NodeOf<"conv"> {
  const node = nodeNamed(graph, name);
  if (!isOp(node, "conv")) throw new RequestError(`is a ${node.op}; expected a conv`, name);
  return node;
}

function planeOf(node: NodeOf<"conv">, graph: Graph): readonly [number, number] {
  const [, , height, width] = inferShapes(graph).get(node.outputs[0]!)!;
  return [height!, width!];
}

/** As the operator takes them. */
function listsOf({ rows, columns, pixels }: PositionsEdit): Positions {
  return pixels ? { pixels } : { rows: rows!, columns: columns! };
}
