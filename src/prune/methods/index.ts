/** THE list of pruning methods. Adding one is one file and one line. */
import { RequestError } from "../../errors.js";
import { block } from "./block.js";
import { bnScale } from "./bn-scale.js";
import { filters } from "./filters.js";
import { fpgm } from "./fpgm.js";
import { greedy } from "./greedy.js";
import { hrank } from "./hrank.js";
import { kernel } from "./kernel.js";
import { l1 } from "./l1.js";
import { l2 } from "./l2.js";
import { lasso } from "./lasso.js";
import { lowRank } from "./low-rank.js";
import { magnitude } from "./magnitude.js";
import type { Method } from "./method.js";
import { nOfM } from "./n-of-m.js";
import { perforate } from "./perforate.js";
import { random } from "./random.js";
import { rows } from "./rows.js";
import { sampler } from "./sampler.js";
import { similarity } from "./similarity.js";
import { strided } from "./strided.js";
import { surgery } from "./surgery.js";
import { vector } from "./vector.js";

export const METHODS: readonly Method[] = [
  l1,
  l2,
  filters,
  fpgm,
  bnScale,
  hrank,
  random,
  similarity,
  surgery,
  magnitude,
  block,
  nOfM,
  vector,
  kernel,
  strided,
  perforate,
  sampler,
  rows,
  lowRank,
  greedy,
  lasso,
];

/** The method of this name. Throws a `RequestError` that lists what there is. */
export function methodByName(name: string): Method {
  const method = METHODS.find((candidate) => candidate.name === name);
  if (!method) {
    throw new RequestError(`no method "${name}"; there is ${METHODS.map((m) => m.name).join(", ")}`, "--method");
  }
  return method;
}
