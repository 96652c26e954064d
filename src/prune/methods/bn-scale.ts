import { RequestError } from "../../errors.js";
import { isOp } from "../../ops/index.js";
import { measureDeviations } from "../deviations.js";
import { selectUnits, type Unit, type UnitMap } from "../units.js";
import { defineRankMethod, type MethodContext } from "./method.js";

type Scales = ReadonlyMap<Unit, Float64Array>;

/**
 * Channels that batch norm scales down most go first. What gamma is to a batch norm, the deviation of its output, is measured on
 * pictures where batch norms are folded away.
 */
export const bnScale = defineRankMethod({
  name: "bn-scale",
  summary: "smallest factor of batch norm first; where it is folded away, smallest deviation over the pictures",
  paper: "Liu et al. 2017, Learning Efficient Convolutional Networks through Network Slimming, section 3",
  needs: ["weights"],
  uses: ["samples"],
  async prepare(context): Promise<Scales> {
    const units = selectUnits(context.map.units, context.only);
    const known = units.flatMap((unit) => {
      const scale = scaleOfNorms(context.map, unit);
      return scale ? [[unit, scale] as const] : [];
    });
    const folded = units.filter((unit) => !known.some(([other]) => other === unit));
    const measured = folded.length > 0 ? await deviationsOf(folded, context) : [];
    return new Map([...known, ...measured]);
  },
  score: (unit, _context, scales: Scales) => scales.get(unit)!,
});

/** Mean |gamma| of each channel over the batch norms that it goes through; undefined where there is none. */
function scaleOfNorms({ graph }: UnitMap, unit: Unit): Float64Array | undefined {
  const gammas = unit.owned.filter(({ constant }) =>
    graph.nodes.some((node) => isOp(node, "batch-norm") && node.inputs[1] === constant),
  );
  if (gammas.length === 0) return undefined;
  return Float64Array.from({ length: unit.width }, (_, channel) => {
    const each = gammas.flatMap(({ slices, tensor }) => slices[channel]!.map((slice) => Math.abs(tensor.data[slice]!)));
    return each.reduce((sum, scale) => sum + scale, 0) / each.length;
  });
}

/** Measured deviations. Throws a `RequestError` where there are no pictures to measure on. */
function deviationsOf(units: readonly Unit[], context: MethodContext): Promise<Map<Unit, Float64Array>> {
  if (context.hasSamples) return measureDeviations(units, context);
  throw new RequestError(
    `no batch norm scales the channels of ${units.map(({ name }) => name).join(", ")} (it may be folded into the ` +
      "weights); give pictures with --data, so that the channels' deviations are measured, or take the network as it was before",
    "--method bn-scale",
  );
}
