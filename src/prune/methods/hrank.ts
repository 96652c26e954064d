import { numericRank } from "../../linalg/numeric-rank.js";
import { type FeatureMaps, featureMapsOf } from "../feature-maps.js";
import { selectUnits, type Unit } from "../units.js";
import { visitSamples } from "../visit-samples.js";
import { defineRankMethod } from "./method.js";

/** By unit, for each channel the mean rank of its planes, divided by the largest rank that they can have. */
type Ranks = ReadonlyMap<Unit, Float64Array>;

/** Channels whose feature maps are matrices of low rank, and so say little, go first. */
export const hrank = defineRankMethod({
  name: "hrank",
  summary: "channels whose feature maps have the lowest mean rank over the pictures first",
  paper: "Lin et al. 2020, HRank: Filter Pruning using High-Rank Feature Map, section 3.3",
  needs: ["samples"],
  async prepare(context): Promise<Ranks> {
    const { map, shapes, only } = context;
    const units = selectUnits(map.units, only).map((unit) => {
      return { unit, maps: featureMapsOf(map, unit, shapes), ranks: new Float64Array(unit.width) };
    });
    const nodes = new Set(units.flatMap(({ maps }) => maps.map(({ node }) => node)));
    const { count } = context.samples();
    await visitSamples(nodes, context, (node, value) => {
      for (const { maps, ranks } of units) {
        const own = maps.find((candidate) => candidate.node === node);
        if (own) addRanks(own, value, ranks, 1 / (count * maps.length));
      }
    });
    return new Map(units.map(({ unit, ranks }) => [unit, ranks]));
  },
  score: (unit, _context, ranks: Ranks) => ranks.get(unit)!,
});

function addRanks({ rows, columns, planes }: FeatureMaps, value: Float32Array, ranks: Float64Array, share: number) {
  const size = rows * columns;
  planes.forEach((own, channel) => {
    const weight = share / (own.length * Math.min(rows, columns));
    for (const plane of own) {
      const matrix = value.subarray(plane * size, (plane + 1) * size);
      ranks[channel]! += weight * numericRank(matrix, rows, columns);
    }
  });
}
