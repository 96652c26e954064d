/**
 * How long layers take when other things than their widths change: each runs alone on the device at hand, as it is and with some of
 * what may be done with it, in turns with the whole network, and what lies between those is interpolated.
 */
import { RequestError } from "../../errors.js";
import type { Graph, Node, Shape } from "../../graph/graph.js";
import { filterNumbers } from "../../ops/walk.js";
import { applyEdits, type Edit } from "../edits/index.js";
import type { MethodContext } from "../methods/method.js";
import type { Progress } from "../progress.js";
import type { Runner } from "../runner.js";
import { subgraph } from "../subgraph.js";
import { batchesOf } from "./batches.js";
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

/** Milliseconds that a first look at the network takes, and then all layers. */
const LOOK_MS = 200;
const TIMING_MS = 5000;
/** What is loaded for one race at most, unless a single layer takes more: bytes of weights, and graphs, each with its threads. */
const RACE_BYTES = 2 ** 29;
const RACE_GRAPHS = 32;

type Context = Pick<MethodContext, "graph" | "shapes" | "runner">;

/**
 * Layers that run alike (equal operators, shapes and numbers of weights) are timed once. Throws a `RequestError` where the device is
 * another one.
 */
export async function timeLayers(
  context: Context,
  sites: readonly Site[],
  onProgress: Progress = () => {},
): Promise<LayerTimes> {
  const { graph, shapes, runner } = context;
  const race = raceHere(runner);
  const [lookMs] = (await race([graph], { milliseconds: LOOK_MS })) as [number];
  const shares = lookMs > SLOW_MS ? FEW_SHARES : SHARES;
  const numbers = filterNumbers(graph);
  const forms = sites.map(({ node }) => formOf(node, shapes, numbers(node.inputs[1] ?? "")));
  const entrants = [...new Set(forms)].map((form): Entrant => {
    const { node, variants } = sites[forms.indexOf(form)]!;
    return { form, dense: subgraph(graph, [node], node.outputs, shapes, node.name), variants: variants(shares) };
  });
  const batches = batchesOf(entrants, shareOfRace, 1);
  const known = new Map<string, LayerTime>();
  let wholeMs: number | undefined;
  for (const [i, batch] of batches.entries()) {
    const graphs = batch.flatMap(({ dense, variants }) => [
      dense,
      ...variants.map(({ edit }) => applyEdits([edit], dense)),
    ]);
    const [networkMs, ...raced] = await race([graph, ...graphs], {
      milliseconds: TIMING_MS / batches.length,
      warm: true,
      onProgress: (done, total) => onProgress(i * total + done, batches.length * total),
    });
    wholeMs ??= networkMs!;
    // Races differ in what else the machine does: the network is in all of them.
    const inMs = raced.map((ms) => (ms / networkMs!) * wholeMs!);
    for (const { form, variants } of batch) known.set(form, timeOf(variants, inMs.splice(0, 1 + variants.length)));
  }
  return {
    wholeMs: wholeMs ?? lookMs,
    layers: sites.map(({ count = 1 }, i) => repeated(known.get(forms[i]!)!, count)),
  };
}

/** The device's race. Throws a `RequestError` where it is another one. */
export function raceHere(runner: Runner, asked = "--keep"): NonNullable<Runner["race"]> {
  if (runner.race) return (graphs, options) => runner.race!(graphs, options);
  throw new RequestError(
    "layers can be timed only on the device at hand; another one's latency table knows widths, for methods that remove channels",
    asked,
  );
}

/** A network of a layer as it is, and what may be done with that. */
interface Entrant {
  readonly form: string;
  readonly dense: Graph;
  readonly variants: readonly Variant[];
}

/** What a layer's time depends on. */
function formOf({ op, attrs, inputs }: Node, shapes: ReadonlyMap<string, Shape>, weights: number | undefined): string {
  return JSON.stringify([op, attrs, inputs.map((name) => shapes.get(name)), weights]);
}

/** Of what one race may load. */
function shareOfRace({ dense, variants }: Entrant): number {
  const graphs = 1 + variants.length;
  const bytes = [...dense.constants.values()].reduce((sum, { data }) => sum + 4 * data.length, 0);
  return Math.max((graphs * bytes) / RACE_BYTES, graphs / RACE_GRAPHS);
}

function timeOf(variants: readonly Variant[], [wholeMs, ...changed]: readonly number[]): LayerTime {
  const kinds = new Map<string, TimePoint[]>();
  variants.forEach(({ kind = "", share }, i) => {
    kinds.set(kind, [...(kinds.get(kind) ?? []), [share, changed[i]!]]);
  });
  const curves = new Map([...kinds].map(([kind, points]) => [kind, timeCurve(points, wholeMs!)]));
  return { wholeMs: wholeMs!, at: (share, kind = "") => curves.get(kind)?.(share) ?? wholeMs! };
}

const repeated = ({ wholeMs, at }: LayerTime, count: number): LayerTime => ({
  wholeMs: count * wholeMs,
  at: (share, kind) => count * at(share, kind),
});
