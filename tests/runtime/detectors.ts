/** Small detectors, and what they say of their boxes. */
import type { Boxes } from "../../src/graph/about.js";
import type { Graph, Shape } from "../../src/graph/graph.js";
import { GraphBuilder } from "../../src/models/builder.js";

export const CORNERS: Boxes = {
  boxesOutput: 0,
  scoresOutput: 1,
  order: "places_first",
  layout: "corners",
  unit: "relative",
  activation: "none",
  objectness: false,
  background: -1,
  score: 0.5,
  iou: 0.5,
  most: 100,
  acrossClasses: false,
  anchors: [],
  variances: [],
};

/** Boxes [n, 4, h * w] and scores [n, 3, h * w] of a picture of h x w; fully convolutional. */
export function detector(boxes: Partial<Boxes> = {}, shape: Shape = [1, 3, 4, 6]): Graph {
  const b = new GraphBuilder(21);
  const x = b.input("x", shape);
  const trunk = b.relu("trunk", b.conv("c", x, 8, 3, { bias: true }));
  const rows = (name: string, numbers: number) =>
    b.node(name, "reshape", { shape: [0, numbers, -1] }, [b.conv(`${name}.head`, trunk, numbers, 1, { bias: true })]);
  const outputs = [rows("boxes", 4), rows("scores", 3)];
  const graph = b.build("detector", outputs);
  const [, , height, width] = shape as [number, number, number, number];
  const preprocessing = { x: { width, height, layout: "nchw", colour: "rgb", mean: [], std: [] } } as const;
  const how = { ...CORNERS, order: "numbers_first", ...boxes } as const;
  return { ...graph, about: { ...graph.about, task: "boxes", boxes: how, preprocessing } };
}
