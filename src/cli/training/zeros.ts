/** What was pruned away one by one: weights that are zero when a network is trained further. */
import type { Command } from "commander";
import type { Graph } from "../../graph/graph.js";
import { filterNumbers } from "../../ops/walk.js";
import { formatWhole } from "../../report/units.js";
import type { Beginning } from "./optimiser.js";

export interface RegrowOption {
  readonly regrow?: true;
}

export function withRegrow(command: Command): Command {
  return command.option("--regrow", "weights that are zero may become other numbers; they stay zero unless it is said");
}

/** Whether weights that are zero stay so. */
export const keepsZeros = (beginning: Beginning, { regrow }: RegrowOption): boolean =>
  beginning === "weights" && !regrow;

/** How many weights stay zero, where any do, and how they would not. */
export function zeroNotes(graph: Graph, options: RegrowOption): string[] {
  if (!keepsZeros("weights", options)) return [];
  const numbers = filterNumbers(graph);
  let [zeros, all] = [0, 0];
  for (const [name, { data }] of graph.constants) {
    const left = numbers(name);
    if (left === undefined) continue;
    all += data.length;
    zeros += data.length - left;
  }
  if (zeros === 0) return [];
  return [
    `${formatWhole(zeros)} of ${formatWhole(all)} weights are zero and stay so; --regrow lets them become others`,
  ];
}

/** As it is typed, for the network's memory. */
export const regrowWords = ({ regrow }: RegrowOption): string[] => (regrow ? ["--regrow"] : []);
