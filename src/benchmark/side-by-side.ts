/** A layer at several widths in one session, so that all of them take turns. */
import type { Network, Weights } from "../gen/network.js";
import type { Session } from "../runtime/index.js";
import { ALL_KEPT } from "../runtime/mask.js";
import { sizeOf, type Shape } from "../runtime/shape.js";
import { layerAt, type TimedLayer } from "./timed-layers.js";

/** Widths of one layer: what it reads, and what it writes unless that follows. */
export type Point = readonly number[];

/** Bytes of weights and planes of layers that are measured in one session. */
const SESSION_BYTES = 64 << 20;

/** The points in order, as many at a time as memory is to be had for. */
export function portionsOf(layer: TimedLayer, points: readonly Point[]): Point[][] {
  const portions: Point[][] = [];
  let bytes = Infinity;
  for (const point of points) {
    const own = bytesOf(layer, point);
    if (bytes + own > SESSION_BYTES) {
      portions.push([]);
      bytes = 0;
    }
    bytes += own;
    portions.at(-1)!.push(point);
  }
  return portions;
}

function bytesOf(layer: TimedLayer, point: Point): number {
  const { op, input } = layerAt(layer, point, (shape) => ({ shape, encoding: "f32", data: NOTHING, ...ALL_KEPT }));
  const weights = "filter" in op ? sizeOf(op.filter.shape) : 0;
  const elements = sizeOf(input) / point[0]!;
  return 4 * (weights + elements * (point[0]! + (point[1] ?? point[0]!)));
}

const NOTHING = new Uint8Array(0);

/** The layer at each point, over inputs that those of equal width share. */
export function sideBySide(layer: TimedLayer, points: readonly Point[]): Network {
  const widths = [...new Set(points.map(([width]) => width!))];
  const layers = points.map((point) => layerAt(layer, point, someWeights));
  const shapeOf = new Map(points.map(([width], i) => [width!, layers[i]!.input]));
  const names = points.map((point) => point.join("x"));
  return {
    version: 1,
    name: layer.form,
    inputs: widths.map((width) => ({ name: `${width}`, shape: shapeOf.get(width)!, batch: "" })),
    layers: points.map(([width], i) => ({ name: names[i]!, inputs: [widths.indexOf(width!)], op: layers[i]!.op })),
    outputs: points.map((_, i) => ({ name: names[i]!, value: widths.length + i })),
    labels: [],
    task: { kind: "tensors" },
    provenance: [],
  };
}

/** Any numbers that are not all zero. */
const numbersFor = (shape: Shape) => Float32Array.from({ length: sizeOf(shape) }, (_, i) => ((i % 7) - 3) / 7);

function someWeights(shape: Shape): Weights {
  return { shape, encoding: "f32", data: new Uint8Array(numbersFor(shape).buffer), ...ALL_KEPT };
}

/** The same for every session of the same inputs. */
export function inputsOf({ inputs }: Session): Record<string, Float32Array> {
  return Object.fromEntries(inputs.map(({ name, shape }) => [name, numbersFor(shape)]));
}
