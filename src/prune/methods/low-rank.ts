import { RequestError } from "../../errors.js";
import { channel } from "../low-rank/channel.js";
import { type FormsFor, lowRankCompressor, type PlaneSizes, type RankPlan } from "../low-rank/compressor.js";
import { bayesianOption } from "../low-rank/bayesian-ranks.js";
import type { Form } from "../low-rank/form.js";
import { formByName, FORMS } from "../low-rank/forms.js";
import { spatial } from "../low-rank/spatial.js";
import type { FilterShape } from "../low-rank/stage.js";
import { tucker } from "../low-rank/tucker.js";
import { filterShape, weightsTarget } from "../reconstruct/layer-target.js";
import { ALLOCATE, planByReconstruction, replaceableLayers, type Sharing } from "../reconstruct/reconstruct.js";
import { definePlanMethod, type MethodContext } from "./method.js";
import { choice, number } from "./option.js";

const KINDS = ["auto", "channel", "spatial", "tucker", "cp"] as const;
const RANKS = ["budget", "energy", "vbmf"] as const;

/** What `auto` chooses from: CP is left to those who ask for it, because it does not follow the inputs. */
const AUTO: readonly Form[] = [channel, spatial, tucker];

/** Layers become chains of smaller ones. */
export const lowRank = definePlanMethod({
  name: "low-rank",
  summary:
    "each layer becomes a chain of two or three smaller ones, from its weights alone or, with pictures, fitted to what the dense network computes",
  paper:
    "Jaderberg et al. 2014, Speeding up Convolutional Neural Networks with Low Rank Expansions; Zhang et al. 2015; Kim et al. 2016; Lebedev et al. 2015",
  removes: "ranks",
  needs: ["weights"],
  uses: ["samples"],
  budgets: ["macs", "parameters", "ms"],
  scopes: ["global", "local"],
  options: {
    kind: choice(
      `the chain: ${FORMS.map(({ name, summary }) => `${name} (${summary})`).join(", ")}, or for each layer the best of the first three`,
      KINDS,
      "auto",
    ),
    ranks: choice(
      "all ranks from the budget; or the same share of energy everywhere; or variational Bayes's ranks, times what the budget allows",
      RANKS,
      "budget",
    ),
    allocate: ALLOCATE,
    timed: choice(
      "on: layers stay as they are whose chain takes no fewer milliseconds here (timed for some seconds); auto: where --keep is ms=",
      ["auto", "off", "on"],
      "auto",
    ),
    rounds: number(
      "rounds in which both factors of a separable pair are refitted",
      { least: 0, most: 100, whole: true },
      3,
    ),
  },
  plan(context) {
    const { kind, ranks, allocate, timed, rounds } = context.options;
    if (ranks === "vbmf" && kind === "cp") throw new RequestError("variational Bayes says no rank for cp", "--ranks");
    if (timed === "off" && context.keep!.kind === "ms")
      throw new RequestError("milliseconds are not kept without timing layers; leave it out", "--timed");
    const formsFor = formsOf(kind, ranks);
    const layers = replaceableLayers(context).filter((layer) => formsFor(filterShape(layer)).length > 0);
    if (layers.length === 0) throw new RequestError(`no layer can be taken apart in the form ${kind}`, "--method");
    return planByReconstruction(context, layers, lowRankCompressor(formsFor, rounds, planeSizes(context)), {
      allocate,
      blind: true,
      onlyFaster: timed === "on",
      optionAt: LEVELS[ranks]?.(context, formsFor),
    });
  },
});

/** Bayes's ranks belong to one form: Tucker, as in Kim et al., and two matrices where there is one tap. */
function formsOf(kind: (typeof KINDS)[number], ranks: (typeof RANKS)[number]): FormsFor {
  const fitting = (forms: readonly Form[], shape: FilterShape) => forms.filter((form) => form.fullRanks(shape));
  if (kind !== "auto") return (shape) => fitting([formByName(kind)!], shape);
  if (ranks !== "vbmf") return (shape) => fitting(AUTO, shape);
  return (shape) => fitting([tucker, channel], shape).slice(0, 1);
}

type Levels = Sharing<RankPlan>["optionAt"];

/** What a layer gets at a level, where no losses are compared. */
const LEVELS: Readonly<Record<string, (context: Pick<MethodContext, "graph">, formsFor: FormsFor) => Levels>> = {
  energy: () => (_layers, options) => (layer, level) => options[layer]!.findIndex(({ share }) => share <= 1 - level),
  vbmf:
    ({ graph }, formsFor) =>
    (layers, options) => {
      const levels = layers.map((layer, l) =>
        bayesianOption(options[l]!, formsFor(filterShape(layer))[0]!, weightsTarget(graph, layer)),
      );
      return (layer, level) => levels[layer]!(level);
    },
};

/** Rows and columns of the planes that convolutions read and write. */
function planeSizes({ shapes }: Pick<MethodContext, "shapes">): PlaneSizes {
  return ({ node }) => ({
    read: shapes.get(node.inputs[0]!)!.slice(2),
    written: shapes.get(node.outputs[0]!)!.slice(2),
  });
}
