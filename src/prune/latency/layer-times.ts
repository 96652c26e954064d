/**
 * How long layers take when other things than their widths change: each is raced alone on the device at hand, as it is and with some
 * of what may be done with it, and what lies between those is interpolated.
 */
import { RequestError } from "../../errors.js";
import { NOTHING_KNOWN } from "../../graph/about.js";
import type { Graph, Node, Shape } from "../../graph/graph.js";
import { filterNumbers } from "../../ops/walk.js";
import { applyEdits, type Edit } from "../edits/index.js";
import type { MethodContext } from "../methods/method.js";
import type { Runner } from "../runner.js";
import { timeCurve, type TimePoint } from "./time-curve.js";

/** Something that may be done with a layer, to be timed. */
export interface Variant {
  /** Of ways that take different time at the same share, which one it is. */
  readonly kind?: string;
  /** Of the layer's multiply-adds that are left. */
  readonly share: number;
  readonly edit: Edit;
}

/** A layer, or several that are changed by one edit because they share a filter. */
export interface Site {
  readonly node: Node;
  readonly count?: number;
  /** What is done with about these shares left; of each kind one for each share. */
  readonly variants: (shares: readonly number[]) => readonly Variant[];
}

/** Milliseconds of a site. */
export interface LayerTime {
  readonly wholeMs: number;
  readonly at: (share: number, kind?: string) => number;
}

export interface LayerTimes {
  /** Of the whole network. */
  readonly wholeMs: number;
  /** In the order of the sites. Each holds what it takes to run a layer alone, too, so that differences count. */
  readonly layers: readonly LayerTime[];
}

/** Shares of a layer at which it is timed, and those for a network that takes more than `SLOW_MS`. */
const SHARES = [0.05, 0.1, 0.2, 0.3, 0.45, 0.65, 0.85];
const FEW_SHARES = [0.1, 0.3, 0.6];
const SLOW_MS = 100;

/** Milliseconds that all races should take, and what one of them gets, at least and at most. */
const ALL_RACES_MS = 8000;
const [SHORTEST_MS, LONGEST_MS] = [200, 1000];

type Context = Pick<MethodContext, "graph" | "shapes" | "runner">;

/**
 * Layers that run alike (equal operators, shapes and numbers of weights) are timed once. Throws a `RequestError` where the device is
 * another one. `onSite` hears of each site when it is done.
 */
export async function timeLayers(
  context: Context,
  sites: readonly Site[],
  onSite: (done: number, total: number) => void = () => {},
): Promise<LayerTimes> {
  const { graph, shapes, runner } = context;
  const raceAll = raceHere(runner);
  const [wholeMs] = (await raceAll([graph])) as [number];
  const shares = wholeMs > SLOW_MS ? FEW_SHARES : SHARES;
  const numbers = filterNumbers(graph);
  const forms = sites.map(({ node }) => formOf(node, shapes, numbers(node.inputs[1] ?? "")));
  const budgetMs = ALL_RACES_MS / new Set(forms).size;
  const milliseconds = Math.min(LONGEST_MS, Math.max(SHORTEST_MS, budgetMs));
  const known = new Map<string, LayerTime>();
  for (const [i, site] of sites.entries()) {
    const form = forms[i]!;
    if (!known.has(form)) {
      const race = (graphs: readonly Graph[]) => raceAll(graphs, { milliseconds });
      known.set(form, await timeSite(context, site, race, shares));
    }
    onSite(i + 1, sites.length);
  }
  return { wholeMs, layers: sites.map(({ count = 1 }, i) => times(known.get(forms[i]!)!, count)) };
}

/** The device's race. Throws a `RequestError` where it is another one. */
export function raceHere(runner: Runner, asked = "--keep"): NonNullable<Runner["race"]> {
  if (runner.race) return (graphs, options) => runner.race!(graphs, options);
  throw new RequestError(
    "layers can be timed only on the device at hand; another one's latency table knows widths, for methods that remove channels",
    asked,
  );
}

/** What a layer's time depends on. */
function formOf({ op, attrs, inputs }: Node, shapes: ReadonlyMap<string, Shape>, weights: number | undefined): string {
  return JSON.stringify([op, attrs, inputs.map((name) => shapes.get(name)), weights]);
}

async function timeSite(
  context: Context,
  { node, variants }: Site,
  race: (graphs: readonly Graph[]) => Promise<number[]>,
  shares: readonly number[],
): Promise<LayerTime> {
  const dense = alone(context, node);
  const tried = variants(shares);
  const [wholeMs, ...changed] = await race([dense, ...tried.map(({ edit }) => applyEdits([edit], dense))]);
  const kinds = new Map<string, TimePoint[]>();
  tried.forEach(({ kind = "", share }, i) => {
    kinds.set(kind, [...(kinds.get(kind) ?? []), [share, changed[i]!]]);
  });
  const curves = new Map([...kinds].map(([kind, points]) => [kind, timeCurve(points, wholeMs!)]));
  return { wholeMs: wholeMs!, at: (share, kind = "") => curves.get(kind)?.(share) ?? wholeMs! };
}

const times = ({ wholeMs, at }: LayerTime, count: number): LayerTime => ({
  wholeMs: count * wholeMs,
  at: (share, kind) => count * at(share, kind),
});

/** A network of this node alone. */
function alone({ graph, shapes }: Context, node: Node): Graph {
  const read = [...new Set(node.inputs)].filter((name) => name !== "");
  const constants = read.filter((name) => graph.constants.has(name));
  return {
    name: node.name,
    inputs: read
      .filter((name) => !graph.constants.has(name))
      .map((name) => ({ name, shape: shapes.get(name)!, batch: "" })),
    outputs: node.outputs,
    nodes: [node],
    constants: new Map(constants.map((name) => [name, graph.constants.get(name)!])),
    about: NOTHING_KNOWN,
  };
}
