/** How far channels deviate from their means, measured on samples. */
import type { Node, Shape } from "../graph/graph.js";
import { sizeOf } from "../graph/graph.js";
import { layersOfUnit, placesOf } from "./feature-maps.js";
import type { MethodContext } from "./methods/method.js";
import type { Unit, UnitMap } from "./units.js";
import { visitSamples } from "./visit-samples.js";

/** By channel of each unit: the standard deviation of what its layers give, in front of activations; the mean of several layers. */
export async function measureDeviations(
  units: readonly Unit[],
  context: Pick<MethodContext, "map" | "graph" | "shapes" | "samples" | "runner" | "onProgress">,
): Promise<Map<Unit, Float64Array>> {
  const { map, shapes } = context;
  const sums = units.map((unit) => ({
    unit,
    layers: layersOfUnit(map, unit).map((node) => new Deviations(map, unit, node, shapes.get(node.outputs[0]!)!)),
  }));
  const all = sums.flatMap(({ layers }) => layers);
  await visitSamples(new Set(all.map(({ node }) => node)), context, (node, value) => {
    for (const sum of all) if (sum.node === node) sum.add(value);
  });
  return new Map(
    sums.map(({ unit, layers }) => {
      const each = layers.map((sum) => sum.read());
      const mean = (c: number) => each.reduce((sum, list) => sum + list[c]!, 0) / (each.length || 1);
      return [unit, Float64Array.from({ length: unit.width }, (_, c) => mean(c))];
    }),
  );
}

/** Sums of one layer's outputs. */
class Deviations {
  readonly node: Node;
  readonly #places: readonly (readonly number[])[];
  readonly #size: number;
  readonly #inner: number;
  readonly #sums: Float64Array;
  readonly #squares: Float64Array;
  #count = 0;

  constructor(map: UnitMap, unit: Unit, node: Node, shape: Shape) {
    const { axis, places } = placesOf(map, unit, node.outputs[0]!);
    this.node = node;
    this.#places = places;
    this.#size = shape[axis]!;
    this.#inner = sizeOf(shape.slice(axis + 1));
    this.#sums = new Float64Array(places.length);
    this.#squares = new Float64Array(places.length);
  }

  add(values: Float32Array): void {
    const step = this.#size * this.#inner;
    this.#places.forEach((places, channel) => {
      let [sum, squares] = [0, 0];
      for (const place of places) {
        for (let from = place * this.#inner; from < values.length; from += step) {
          for (let i = from; i < from + this.#inner; i++) {
            sum += values[i]!;
            squares += values[i]! * values[i]!;
          }
        }
      }
      this.#sums[channel]! += sum;
      this.#squares[channel]! += squares;
    });
    this.#count += (values.length / this.#size) * this.#places[0]!.length;
  }

  read(): Float64Array {
    return this.#squares.map((squares, c) =>
      Math.sqrt(Math.max(0, squares / this.#count - (this.#sums[c]! / this.#count) ** 2)),
    );
  }
}
