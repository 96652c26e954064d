import { RequestError } from "../../errors.js";
import { cutsOf } from "../cut-queues.js";
import { type FoldingUnit, foldChannels } from "../merging/fold-channels.js";
import { filterRows } from "../merging/filter-rows.js";
import { operate } from "../merging/operate.js";
import { readersOf } from "../merging/readers.js";
import { planByScores } from "../rank.js";
import { selectUnits } from "../units.js";
import { ALLOCATE, BLOCKS, definePlanMethod } from "./method.js";

/**
 * The channel goes whose filter is nearest to another one's, measured by what the next layers make of it, and these read the other
 * one in its place. Filters that differ by a positive factor in front of a ReLU are one another's equals. Without a budget
 * channels go up to the most frequent saliency of their unit.
 */
export const surgery = definePlanMethod({
  name: "surgery",
  summary:
    "of two filters that are alike one goes, and the next layers read the other in its place; no picture is needed",
  paper: "Srinivas and Babu 2015, Data-free Parameter Pruning for Deep Neural Networks, section 3",
  removes: "channels",
  needs: ["weights"],
  budgets: ["macs", "parameters", "bytes", "channels", "ms"],
  scopes: ["global", "local"],
  needsBudget: false,
  options: { allocate: ALLOCATE, blocks: BLOCKS },
  async plan(context) {
    if (!context.keep && context.options.allocate !== "auto")
      throw new RequestError("shares a budget out; give --keep, too", `--allocate ${context.options.allocate}`);
    const units = selectUnits(context.map.units, context.only).map((unit) => {
      const readers = readersOf(context.map, unit);
      const rows = filterRows(context.map, unit, readers);
      const { scales, constants } = rows;
      const fold: FoldingUnit["fold"] = (_reader, from, into) =>
        constants[from] === undefined
          ? { factor: scales[from]! / scales[into]!, rest: 0 }
          : { factor: 0, rest: constants[from] };
      return { unit, readers, fold, ...operate(rows, readers) };
    });
    const byUnit = new Map(units.map((own) => [own.unit, own]));
    const decision = context.keep
      ? await planByScores([...byUnit.keys()], (unit) => byUnit.get(unit)!.scores, context)
      : {
          cuts: units.flatMap(({ unit, scores, cutOff }) =>
            cutsOf([unit], (root) => scores[unit.roots.indexOf(root)]! < cutOff),
          ),
        };
    return foldChannels(units, decision);
  },
});
