/** Networks that answer with the very numbers they are given as a picture. */
import type { ImageSet } from "../../src/data/image-set.js";
import { type About, NOTHING_KNOWN, type Preprocessing } from "../../src/graph/about.js";
import type { Graph, Shape } from "../../src/graph/graph.js";
import { GraphBuilder } from "../../src/models/index.js";

/** A "picture" of one row: the scores of `classes` classes, times 1. */
export function echo(classes: number, batch = 1, about: Partial<About> = {}): Graph {
  const b = new GraphBuilder(1);
  const graph = b.build("echo", [b.node("scores", "flatten", { axis: 1 }, [b.input("input", [batch, 1, 1, classes])])]);
  return { ...graph, about: { ...NOTHING_KNOWN, ...about } };
}

/** The same with more behind it. */
export function echoThrough(classes: number, more: (b: GraphBuilder, flat: string) => string): Graph {
  const b = new GraphBuilder(1);
  const flat = b.node("flat", "flatten", { axis: 1 }, [b.input("input", [1, 1, 1, classes])]);
  return b.build("echo", [more(b, flat)]);
}

export const rawRow = (classes: number): Preprocessing => ({
  width: classes,
  height: 1,
  layout: "nchw",
  colour: "grey",
  mean: [],
  std: [],
});

/** Rows of scores as pictures. */
export function rows(scores: readonly (readonly number[])[], labels?: readonly number[]): ImageSet {
  return {
    name: "rows",
    count: scores.length,
    classes: [],
    picture: (i) => ({
      width: scores[i]!.length,
      height: 1,
      channels: 1,
      pixels: Float32Array.from(scores[i]!) as never,
    }),
    label: (i) => labels?.[i],
  };
}

/** Any network over a vector of this shape that passes it on. */
export function passing(shape: Shape, about: Partial<About> = {}): Graph {
  const b = new GraphBuilder(1);
  const graph = b.build("passing", [b.node("output", "identity", {}, [b.input("input", shape)])]);
  return { ...graph, about: { ...NOTHING_KNOWN, ...about } };
}
