import { RequestError } from "../../errors.js";
import { momentsOfNorms } from "../merging/batch-norm-moments.js";
import { type ChannelMoments, measureChannels } from "../merging/channel-moments.js";
import { clusterChannels, LOSSES, foldByLeastSquares } from "../merging/cluster-channels.js";
import { type FoldingUnit, foldChannels } from "../merging/fold-channels.js";
import { type Reader, readersOf } from "../merging/readers.js";
import { planByScores } from "../rank.js";
import { selectUnits, type Unit } from "../units.js";
import { ALLOCATE, BLOCKS, definePlanMethod, type MethodContext } from "./method.js";
import { choice } from "./option.js";

/**
 * Channels that are like one another are clustered, and each cluster is cut down to one of its channels, which the next layers read
 * in place of the others. One height cuts the dendrograms of all units.
 */
export const similarity = definePlanMethod({
  name: "similarity",
  summary: "of channels that are alike one stays, and the next layers read it in place of the others",
  paper:
    "Zhang et al. 2019, Exploiting Channel Similarity for Accelerating Deep Convolutional Neural Networks (its measure is not published; this one is built from the abstract)",
  removes: "channels",
  needs: ["weights"],
  uses: ["samples"],
  budgets: ["macs", "parameters", "bytes", "channels", "ms"],
  scopes: ["global", "local"],
  options: {
    allocate: ALLOCATE,
    blocks: BLOCKS,
    statistics: choice(
      "how channels are compared: measured on pictures, or told by batch norms",
      ["auto", "measured", "batch-norm"],
      "auto",
    ),
    distance: choice(
      "loss is what folding one channel into the other changes for the next layers, plain how far the two differ",
      ["loss", "plain"],
      "loss",
    ),
    linkage: choice(
      "clusters are as far apart as their members at most (complete) or on the average",
      ["complete", "average"],
      "complete",
    ),
  },
  async plan(context) {
    const { distance, linkage } = context.options;
    const units = await compare(context);
    const folding = units.map(({ unit, readers, moments }): FoldingUnit => {
      const order = clusterChannels(unit.width, readers, moments, LOSSES[distance], linkage);
      return { unit, readers, ...order, fold: foldByLeastSquares(readers, moments) };
    });
    const scores = new Map(folding.map(({ unit, scores: own }) => [unit, own]));
    const decision = await planByScores([...scores.keys()], (unit) => scores.get(unit)!, context);
    return foldChannels(folding, decision);
  },
});

interface Compared {
  readonly unit: Unit;
  readonly readers: readonly Reader[];
  /** Of each reader; undefined where nothing is known of the channels. */
  readonly moments: readonly (ChannelMoments | undefined)[];
}

async function compare(context: MethodContext<typeof similarity.options>): Promise<Compared[]> {
  const units = selectUnits(context.map.units, context.only).map((unit) => {
    return { unit, readers: readersOf(context.map, unit) };
  });
  if (usesPictures(context)) {
    const measured = await measureChannels(
      units.flatMap(({ readers }) => readers),
      context,
    );
    return units.map((own) => ({ ...own, moments: measured.splice(0, own.readers.length) }));
  }
  const told = units
    .map((own) => ({ ...own, moments: own.readers.map((reader) => momentsOfNorms(context.map, own.unit, reader)) }))
    .filter(({ moments }) => moments.length === 0 || moments.some((known) => known !== undefined));
  if (told.length > 0) return told;
  throw new RequestError(
    "no batch norm tells how the channels are distributed (it may be folded into the weights); give pictures with --data",
    "--method similarity",
  );
}

const usesPictures = ({ options: { statistics }, hasSamples }: MethodContext<typeof similarity.options>): boolean =>
  statistics === "auto" ? hasSamples : statistics === "measured";
