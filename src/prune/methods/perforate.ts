import type { Node, Shape } from "../../graph/graph.js";
import { isOp, type NodeOf } from "../../ops/index.js";
import { filterNumbers, nodeMacs } from "../../ops/walk.js";
import { RequestError } from "../../errors.js";
import type { PositionsEdit } from "../edits/positions.js";
import type { Ladder } from "../ladders.js";
import { descend } from "../latency/ladders.js";
import { matchesPattern } from "../units.js";
import { definePlanMethod, type MethodContext } from "./method.js";
import { choice } from "./option.js";
import { gridMask, type PlaneMask, poolingMask, regularMask, uniformMask } from "./perforation-masks.js";

/** Convolutions compute some of their pixels; the others take the value of the nearest one. */
export const perforate = definePlanMethod({
  name: "perforate",
  summary: "pixels that convolutions compute, the same share in each; the others take the value of the nearest",
  paper:
    "Figurnov et al. 2016, PerforatedCNNs: Acceleration through Elimination of Redundant Convolutions, sections 3.2 and 3.3",
  removes: "pixels of convolutions' outputs",
  needs: ["weights"],
  budgets: ["macs", "ms"],
  scopes: ["local"],
  options: {
    mask: choice(
      "which pixels: regular is every s-th row and column, which ONNX can say as a stride; grid is the paper's, with steps that are " +
        "no whole numbers; uniform draws lots; pooling takes those that most windows of the pooling behind use",
      ["regular", "grid", "uniform", "pooling"],
      "grid",
    ),
    layers: choice("spatial leaves alone what is 1x1 with stride 1, as the paper does", ["spatial", "all"], "spatial"),
  },
  async plan(context) {
    const sites = sitesOf(context);
    const editsFor = (rungs: readonly number[]) =>
      sites.flatMap((site, i): PositionsEdit[] => (rungs[i] === 0 ? [] : [editOf(site, rungs[i]!)]));
    const { rungs, ...found } = await descend(context, sites, editsFor);
    return { ...found, edits: editsFor(rungs) };
  },
});

/** A convolution as a ladder: from all of its pixels down to one. */
interface Site extends Ladder {
  readonly size: readonly [number, number];
  readonly mask: PlaneMask;
}

function editOf({ layer, size, mask }: Site, rung: number): PositionsEdit {
  return { kind: "positions", node: layer, size, ...mask.positions(rung) };
}

function sitesOf(context: MethodContext<(typeof perforate)["options"]>): Site[] {
  const { graph, shapes, only, options } = context;
  const isSite = (node: Node): node is NodeOf<"conv"> =>
    isOp(node, "conv") &&
    !node.attrs.positions &&
    planeOf(node, shapes) > 1 &&
    (options.layers === "all" || !isPointwise(node, shapes));
  const found = graph.nodes.filter(isSite);
  if (found.length === 0)
    throw new RequestError("no convolution makes more than one pixel from more than one: all are 1x1", "--method");
  const chosen = found.filter(({ name }) => matchesPattern(name, only));
  if (chosen.length === 0)
    throw new RequestError(`no layer fits "${only}"; there are: ${found.map(({ name }) => name).join(", ")}`, "--only");
  if (options.mask === "pooling" && !chosen.some((node) => poolingMask(graph, shapes, node, context.seed)))
    throw new RequestError("no pooling reads what these convolutions give; take another mask", "--mask");
  const numbers = filterNumbers(graph);
  return chosen.map((node) => {
    const mask = maskOf(node, context);
    const macs = nodeMacs(node, shapes, numbers);
    const whole = mask.counts[0]!;
    return {
      layer: node.name,
      size: shapes.get(node.outputs[0]!)!.slice(2) as unknown as [number, number],
      mask,
      costs: mask.counts.map((count) => (macs / whole) * count),
      losses: mask.counts.map((count) => 1 - count / whole),
    };
  });
}

function maskOf(
  node: NodeOf<"conv">,
  { graph, shapes, seed, options }: MethodContext<(typeof perforate)["options"]>,
): PlaneMask {
  const [height, width] = shapes.get(node.outputs[0]!)!.slice(2) as [number, number];
  switch (options.mask) {
    case "regular":
      return regularMask(height, width);
    case "grid":
      return gridMask(height, width, seed, node.name);
    case "uniform":
      return uniformMask(height, width, seed, node.name);
    case "pooling":
      return poolingMask(graph, shapes, node, seed) ?? gridMask(height, width, seed, node.name);
  }
}

const planeOf = ({ outputs }: Node, shapes: ReadonlyMap<string, Shape>) => {
  const [, , height, width] = shapes.get(outputs[0]!)!;
  return height! * width!;
};

function isPointwise({ attrs, inputs }: NodeOf<"conv">, shapes: ReadonlyMap<string, Shape>): boolean {
  const [, , kh, kw] = shapes.get(inputs[1]!)!;
  return kh === 1 && kw === 1 && [...attrs.strides].every((s) => s === 1) && [...attrs.pads].every((pad) => pad === 0);
}
