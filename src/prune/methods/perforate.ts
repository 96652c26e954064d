import { RequestError } from "../../errors.js";
import { foldBatchNorm } from "../../passes/fold-batch-norm.js";
import { countMacs } from "../../ops/walk.js";
import { deriveSeed } from "../../random.js";
import { allowance } from "../budget.js";
import { chooseRungs } from "../ladders.js";
import { logitsOf } from "../logits.js";
import { DenseAnswers } from "../perforation/answers.js";
import { perforateByImpact, STEPS } from "../perforation/by-impact.js";
import { GreedySearch, type MaskOffer } from "../perforation/greedy.js";
import { type ImpactRequest, measureImpact, orderByImpact } from "../perforation/impact.js";
import { gridMask, orderedMask, type PlaneMask, poolingMask, regularMask, uniformMask } from "../perforation/masks.js";
import { perforateToMilliseconds } from "../perforation/milliseconds.js";
import {
  checkReachable,
  descent,
  editsOf,
  findSites,
  type Perforation,
  type Shared,
  type Site,
  whole,
} from "../perforation/sites.js";
import { firstOf } from "../segments.js";
import { definePlanMethod, type MethodContext, type Scope } from "./method.js";
import { choice, choices, number } from "./option.js";

/** Pictures on which impacts are measured, and on which the greedy search tries. */
const IMPACT_PICTURES = 256;
const SEARCH_PICTURES = 128;

const OPTIONS = {
  mask: choices(
    "which pixels: regular is every s-th row and column, which ONNX can say as a stride; grid is the paper's, with steps that are " +
      "no whole numbers; uniform draws lots; pooling takes those that most windows of the pooling behind use; impact those that " +
      "matter most to what is lost, iterative-impact the same measured anew as pixels go (both need --data); auto is " +
      "iterative-impact with --data, else grid",
    ["auto", "regular", "grid", "uniform", "pooling", "impact", "iterative-impact"],
    "auto",
  ),
  search: choice(
    "how layers share what goes: the same share of each (also: --scope local), by impact for each multiply-add, or by the paper's " +
      "greedy search over rates, which tries each step and may be offered several masks; auto is impact with such a mask, else uniform",
    ["auto", "uniform", "impact", "greedy"],
    "auto",
  ),
  loss: choice(
    "what impacts and the greedy search weigh: how far the answers are from the dense network's, or the cross-entropy against labels",
    ["answers", "labels"],
    "answers",
  ),
  draws: number(
    "masks of each random kind that the greedy search may choose from",
    { least: 1, most: 20, whole: true },
    2,
  ),
  layers: choice("spatial leaves alone what is 1x1 with stride 1, as the paper does", ["spatial", "all"], "spatial"),
};

/** Convolutions compute some of their pixels; the others take the value of the nearest one. */
export const perforate = definePlanMethod({
  name: "perforate",
  summary: "pixels that convolutions compute; the others take the value of the nearest",
  paper:
    "Figurnov et al. 2016, PerforatedCNNs: Acceleration through Elimination of Redundant Convolutions, sections 3.2 to 3.4",
  removes: "pixels of convolutions' outputs",
  needs: ["weights"],
  uses: ["samples", "labels"],
  budgets: ["macs", "ms"],
  scopes: ["global", "local"],
  options: OPTIONS,
  async plan(context) {
    const sites = findSites(context, context.options.layers);
    const { keep, graph, shapes } = context;
    const way = wayOf(context);
    if (way.kinds.includes("pooling")) checkPooling(sites, context);
    const decide = deciderOf(way, context);
    if (keep!.value === 1 && !keep!.amount) return {};
    if (keep!.kind === "ms") {
      const [kind] = way.kinds as [Kind];
      return perforateToMilliseconds(
        context,
        sites,
        (site) => staticMask(isImpact(kind) ? "uniform" : kind, site, context, context.seed),
        decide,
      );
    }
    const full = countMacs(graph, shapes);
    return { edits: editsOf(sites, await decide({ sites, full, allowed: allowance(keep!, full), keep: keep! })) };
  },
});

type Context = MethodContext<typeof OPTIONS>;
type Kind = Exclude<Context["options"]["mask"][number], "auto">;

/** What `auto` stands for. */
interface Way {
  readonly kinds: readonly Kind[];
  readonly search: Exclude<Context["options"]["search"], "auto">;
}

const isImpact = (kind: Kind) => kind === "impact" || kind === "iterative-impact";

/** Throws a `RequestError` for options that contradict one another. */
function wayOf({ options, scope, hasSamples }: Context): Way {
  const best = hasSamples ? "iterative-impact" : "grid";
  const kinds = [...new Set(options.mask.map((kind) => (kind === "auto" ? best : kind)))];
  const byImpact = kinds.every(isImpact) && scope === "global";
  const search = options.search === "auto" ? (byImpact ? "impact" : "uniform") : options.search;
  if (kinds.length > 1 && search !== "greedy")
    throw new RequestError("only --search greedy chooses among several masks; name one", "--mask");
  if (search === "impact" && !kinds.every(isImpact))
    throw new RequestError("weighs impacts; take --mask impact or iterative-impact", "--search impact");
  if (search !== "uniform" && scope === "local")
    throw new RequestError(`lets layers compete; leave out --scope local`, `--search ${search}`);
  return { kinds, search };
}

type Decide = (shared: Shared) => Promise<readonly Perforation[]>;

/** What can be asked for several budgets, one after the other. */
function deciderOf({ kinds, search }: Way, context: Context): Decide {
  const [kind] = kinds as [Kind];
  const decide = ((): Decide => {
    if (search === "greedy") return greedyDecider(kinds, context);
    if (isImpact(kind))
      return impactDecider(kind === "impact" ? 1 : STEPS, search === "impact" ? "global" : "local", context);
    return async (shared) => evenly(shared, (site) => staticMask(kind, site, context, context.seed));
  })();
  return async (shared) => (shared.allowed >= shared.full ? shared.sites.map(whole) : decide(shared));
}

function impactDecider(steps: number, scope: Scope, context: Context): Decide {
  let request: ImpactRequest | undefined;
  return async (shared) => {
    request ??= await impactRequest(shared.sites, context, IMPACT_PICTURES);
    return perforateByImpact(shared, request, { steps, scope, onProgress: context.onProgress });
  };
}

function greedyDecider(kinds: readonly Kind[], context: Context): Decide {
  let search: GreedySearch | undefined;
  return async (shared) => (search ??= await openSearch(shared, kinds, context)).reach(shared);
}

/** The same share of each. */
function evenly(shared: Shared, maskOf: (site: Site) => PlaneMask): Perforation[] {
  checkReachable(shared);
  const { sites, full, allowed, keep } = shared;
  const masks = sites.map(maskOf);
  const descents = sites.map((site, s) =>
    descent(
      site,
      masks[s]!.counts.map((count) => [count, 1 - count / site.pixels]),
    ),
  );
  const rungs = chooseRungs(descents, full, { ...keep, value: allowed, amount: true }, "local");
  return masks.map((mask, s) => ({ mask, rung: mask.counts.indexOf(descents[s]!.counts[rungs[s]!]!) }));
}

async function openSearch(shared: Shared, kinds: readonly Kind[], context: Context): Promise<GreedySearch> {
  const { sites } = shared;
  const request = await impactRequest(sites, context, SEARCH_PICTURES);
  const { graph, answers, runner } = request;
  const wholes = sites.map(whole);
  const first = kinds.some(isImpact) ? await measureImpact(request, wholes) : [];
  let present = first;
  const offersOf = (kind: Kind): MaskOffer[] => {
    const impacts = { impact: () => first, "iterative-impact": () => present };
    if (kind in impacts) {
      const impactOf = impacts[kind as keyof typeof impacts];
      return [(s, now) => orderedMask(orderByImpact(now, sites[s]!, impactOf()[s]!))];
    }
    const draws = kind === "grid" || kind === "uniform" ? context.options.draws : 1;
    return Array.from({ length: draws }, (_, draw): MaskOffer => {
      const seed = draw === 0 ? context.seed : deriveSeed(context.seed, `draw ${draw}`);
      const masks = sites.map((site) => staticMask(kind, site, context, seed));
      return (s) => masks[s]!;
    });
  };
  return new GreedySearch(shared, {
    ...{ graph, answers, runner, offers: kinds.flatMap(offersOf), onProgress: context.onProgress },
    async onStep(now) {
      if (kinds.includes("iterative-impact")) present = await measureImpact(request, now, present);
    },
  });
}

/** The network as it ships, up to its logits, and its answers to the first pictures. */
async function impactRequest(sites: readonly Site[], context: Context, pictures: number): Promise<ImpactRequest> {
  const { options, runner, seed } = context;
  const folded = foldBatchNorm(context.graph);
  const graph = { ...folded, outputs: logitsOf(folded) };
  const answers = await DenseAnswers.run(graph, firstOf(context.samples(), pictures), options.loss, runner);
  return { graph, sites, answers, runner, seed };
}

function checkPooling(sites: readonly Site[], { graph, shapes, seed }: Context): void {
  if (sites.some(({ node }) => poolingMask(graph, shapes, node, seed))) return;
  throw new RequestError("no pooling reads what these convolutions give; take another mask", "--mask");
}

/** Those that depend on nothing but the plane and what is behind it. */
function staticMask(kind: Kind, { node, size }: Site, { graph, shapes }: Context, seed: number): PlaneMask {
  switch (kind) {
    case "regular":
      return regularMask(...size);
    case "uniform":
      return uniformMask(...size, seed, node.name);
    case "pooling":
      return poolingMask(graph, shapes, node, seed) ?? gridMask(...size, seed, node.name);
    default:
      return gridMask(...size, seed, node.name);
  }
}
