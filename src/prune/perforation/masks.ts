/** Perforation masks (Figurnov et al. 2016, section 3.3): which pixels of a plane are computed, at every rate that there is. */
import type { Graph, Node, Shape } from "../../graph/graph.js";
import { isOp, type NodeOf } from "../../ops/index.js";
import type { Positions } from "../../ops/positions.js";
import { windowOutput } from "../../ops/window.js";
import { deriveSeed, uniform } from "../../random.js";

export interface PlaneMask {
  /** How many pixels are computed at each rung: all of them at the first, fewer at each that follows. */
  readonly counts: readonly number[];
  readonly positions: (rung: number) => Positions;
}

/** Every s-th row and column, those in the middle of each s: what a stride of s computes. */
export function regularMask(height: number, width: number): PlaneMask {
  const every = (size: number, s: number) => {
    const list = [];
    for (let i = Math.min((s - 1) >> 1, size - 1); i < size; i += s) list.push(i);
    return list;
  };
  return grids(Array.from({ length: Math.max(height, width) }, (_, i) => [every(height, i + 1), every(width, i + 1)]));
}

/** As many rows and columns as the rate says, spread evenly from a place that is drawn. */
export function gridMask(height: number, width: number, seed: number, name: string): PlaneMask {
  const next = uniform(deriveSeed(seed, name));
  const [down, across] = [next(), next()];
  const spread = (size: number, count: number, u: number) =>
    Array.from({ length: count }, (_, k) => Math.min(size, Math.max(1, Math.ceil((size / count) * (k + u)))) - 1);
  return grids(
    Array.from({ length: height }, (_, i) => {
      const rows = height - i;
      return [spread(height, rows, down), spread(width, Math.max(1, Math.round((rows * width) / height)), across)];
    }),
  );
}

function grids(all: readonly (readonly [rows: number[], columns: number[]])[]): PlaneMask {
  const count = ([rows, columns]: (typeof all)[number]) => rows.length * columns.length;
  const falling = all.filter((grid, i) => i === 0 || count(grid) < Math.min(...all.slice(0, i).map(count)));
  return {
    counts: falling.map(count),
    positions: (rung) => ({ rows: falling[rung]![0], columns: falling[rung]![1] }),
  };
}

/** Pixels by lot. */
export function uniformMask(height: number, width: number, seed: number, name: string): PlaneMask {
  const next = uniform(deriveSeed(seed, name));
  return inOrder(Float64Array.from({ length: height * width }, () => next()));
}

/**
 * Pixels that most windows of the pooling behind the convolution use, of equals by lot; undefined where no pooling is the next that
 * looks at neighbours.
 */
export function poolingMask(
  graph: Graph,
  shapes: ReadonlyMap<string, Shape>,
  node: NodeOf<"conv">,
  seed: number,
): PlaneMask | undefined {
  const pool = poolingBehind(graph, shapes, node);
  if (!pool) return undefined;
  const [, , height, width] = shapes.get(node.outputs[0]!)! as [number, number, number, number];
  const [rows, columns] = [windowsOver(height, 0, pool), windowsOver(width, 1, pool)];
  const next = uniform(deriveSeed(seed, node.name));
  // Less than what one window more is worth.
  return inOrder(
    Float64Array.from({ length: height * width }, (_, i) => {
      return next() / 2 - rows[Math.floor(i / width)]! * columns[i % width]!;
    }),
  );
}

/** Pixels with the smallest keys are computed. */
function inOrder(keys: Float64Array): PlaneMask {
  return orderedMask([...keys.keys()].sort((a, b) => keys[a]! - keys[b]! || a - b));
}

/** The first pixels of an order of all of them are computed. */
export function orderedMask(order: readonly number[]): PlaneMask {
  return {
    counts: order.map((_, i) => order.length - i),
    positions: (rung) => ({ pixels: order.slice(0, order.length - rung).sort((a, b) => a - b) }),
  };
}

type Pooling = NodeOf<"max-pool"> | NodeOf<"average-pool">;

/** The pooling that reads a convolution's output, as it is or behind operators that keep each pixel where it is. */
function poolingBehind(graph: Graph, shapes: ReadonlyMap<string, Shape>, node: Node): Pooling | undefined {
  const [output] = node.outputs;
  const readers = graph.nodes.filter(({ inputs }) => inputs.includes(output!));
  const [reader] = readers;
  if (readers.length !== 1 || !reader) return undefined;
  if (isOp(reader, "max-pool") || isOp(reader, "average-pool")) return reader;
  const planes = (name: string) => shapes.get(name)!.slice(2).join("x");
  const isElementwise = !isOp(reader, "conv") && planes(reader.outputs[0]!) === planes(output!);
  return isElementwise ? poolingBehind(graph, shapes, reader) : undefined;
}

/** For each row (axis 0) or column (1) how many windows use it. */
function windowsOver(size: number, axis: 0 | 1, { attrs }: Pooling): number[] {
  const counts = Array.from({ length: size }, () => 0);
  const windows = windowOutput(size, axis, attrs, attrs.ceil);
  for (let window = 0; window < windows; window++) {
    for (let k = 0; k < attrs.kernel[axis]; k++) {
      const at = window * attrs.strides[axis] + k * attrs.dilations[axis] - attrs.pads[axis];
      if (at >= 0 && at < size) counts[at]!++;
    }
  }
  return counts;
}
