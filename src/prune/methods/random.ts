import { deriveSeed, uniform } from "../../random.js";
import { defineRankMethod } from "./method.js";

/** The honest baseline: channels go by lot. Every other method must beat it. */
export const random = defineRankMethod({
  name: "random",
  summary: "by lot, from the seed; the baseline that other methods must beat",
  paper: "Mittal et al. 2018, Recovering from Random Pruning",
  needs: ["weights"],
  score(unit, { seed }) {
    const next = uniform(deriveSeed(seed, unit.name));
    return Float64Array.from({ length: unit.width }, () => next());
  },
});
