/** Convolutions that may leave out pixels: what they cost at so many, and which they compute. */
import { RequestError } from "../../errors.js";
import type { Node, Shape } from "../../graph/graph.js";
import { isOp, type NodeOf } from "../../ops/index.js";
import { filterNumbers, nodeMacs } from "../../ops/walk.js";
import { type Budget, tooLittle } from "../budget.js";
import type { PositionsEdit } from "../edits/positions.js";
import type { Ladder } from "../ladders.js";
import type { MethodContext } from "../methods/method.js";
import { matchesPattern } from "../units.js";
import { orderedMask, type PlaneMask } from "./masks.js";

/** A convolution with all of its pixels. */
export interface Site {
  readonly node: NodeOf<"conv">;
  readonly layer: string;
  readonly size: readonly [height: number, width: number];
  readonly pixels: number;
  /** What it spends of the budget when it computes so many pixels. */
  readonly costOf: (count: number) => number;
}

/** Which pixels a site computes. */
export interface Perforation {
  readonly mask: PlaneMask;
  readonly rung: number;
}

/** What a budget is shared out among. */
export interface Shared {
  readonly sites: readonly Site[];
  /** The whole network's cost with all pixels, and what is allowed of it. */
  readonly full: number;
  readonly allowed: number;
  /** As it was asked for, for errors. */
  readonly keep: Budget;
}

/** Those that the options let be perforated, in running order; costs are multiply-adds. Throws a `RequestError` where there are none. */
export function findSites(
  { graph, shapes, only }: Pick<MethodContext, "graph" | "shapes" | "only">,
  which: "spatial" | "all",
): Site[] {
  const isSite = (node: Node): node is NodeOf<"conv"> =>
    isOp(node, "conv") &&
    !node.attrs.positions &&
    pixelsOf(node, shapes) > 1 &&
    (which === "all" || !isPointwise(node, shapes));
  const found = graph.nodes.filter(isSite);
  if (found.length === 0)
    throw new RequestError("no convolution makes more than one pixel from more than one: all are 1x1", "--method");
  const chosen = found.filter(({ name }) => matchesPattern(name, only));
  if (chosen.length === 0)
    throw new RequestError(`no layer fits "${only}"; there are: ${found.map(({ name }) => name).join(", ")}`, "--only");
  const numbers = filterNumbers(graph);
  return chosen.map((node) => {
    const [, , height, width] = shapes.get(node.outputs[0]!)! as [number, number, number, number];
    const pixels = height * width;
    const macsOfPixel = nodeMacs(node, shapes, numbers) / pixels;
    return { node, layer: node.name, size: [height, width], pixels, costOf: (count) => macsOfPixel * count };
  });
}

/** A convolution that computes all of its pixels. */
export function whole({ pixels }: Site): Perforation {
  return { mask: orderedMask([...Array(pixels).keys()]), rung: 0 };
}

export const countOf = ({ mask, rung }: Perforation): number => mask.counts[rung]!;

/** The rest of the network, and what the sites cost. */
export function costOfAll(
  { sites, full }: Pick<Shared, "sites" | "full">,
  perforations: readonly Perforation[],
): number {
  return sites.reduce((sum, { costOf, pixels }, i) => sum - costOf(pixels) + costOf(countOf(perforations[i]!)), full);
}

/** From as many pixels as a convolution computes down to fewer. */
export interface Descent extends Ladder {
  readonly counts: readonly number[];
}

/** Of falling numbers of pixels, each with what is lost by it, those that cost less than all before. */
export function descent({ layer, costOf }: Site, steps: Iterable<readonly [count: number, loss: number]>): Descent {
  const [counts, costs, losses]: [number[], number[], number[]] = [[], [], []];
  for (const [count, loss] of steps) {
    const cost = costOf(count);
    if (cost >= (costs.at(-1) ?? Infinity)) continue;
    counts.push(count);
    costs.push(cost);
    losses.push(loss);
  }
  return { layer, counts, costs, losses };
}

/** Throws a `RequestError` that says what can be reached, unless a budget can be met with a pixel of each site left. */
export function checkReachable({ sites, full, allowed, keep }: Shared): void {
  const least = sites.reduce((sum, { costOf, pixels }) => sum - costOf(pixels) + costOf(1), full);
  if (least > allowed) throw tooLittle(keep, allowed, "the least", least, "layers");
}

/**
 * As many pixels as still fit come back, site by site in this order: in the end none could be computed again without exceeding what
 * is allowed.
 */
export function giveBack(
  shared: Shared,
  perforations: readonly Perforation[],
  order: readonly number[],
): readonly Perforation[] {
  const given = [...perforations];
  let left = costOfAll(shared, given);
  for (const s of order) {
    const { costOf } = shared.sites[s]!;
    const { mask, rung } = given[s]!;
    const spent = (at: number) => left - costOf(mask.counts[rung]!) + costOf(mask.counts[at]!);
    const highest = mask.counts.findIndex((_, at) => at === rung || spent(at) <= shared.allowed);
    left = spent(highest);
    given[s] = { mask, rung: highest };
  }
  return given;
}

export function editsOf(sites: readonly Site[], perforations: readonly Perforation[]): PositionsEdit[] {
  return sites.flatMap(({ layer, size }, s): PositionsEdit[] => {
    const { mask, rung } = perforations[s]!;
    return rung === 0 ? [] : [{ kind: "positions", node: layer, size, ...mask.positions(rung) }];
  });
}

function pixelsOf({ outputs }: Node, shapes: ReadonlyMap<string, Shape>): number {
  const [, , height, width] = shapes.get(outputs[0]!)!;
  return height! * width!;
}

function isPointwise({ attrs, inputs }: NodeOf<"conv">, shapes: ReadonlyMap<string, Shape>): boolean {
  const [, , kh, kw] = shapes.get(inputs[1]!)!;
  return kh === 1 && kw === 1 && [...attrs.strides].every((s) => s === 1) && [...attrs.pads].every((pad) => pad === 0);
}
