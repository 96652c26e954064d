/** Cuts for a budget in milliseconds. */
import { RequestError } from "../../errors.js";
import { applyCuts } from "../apply.js";
import type { MethodContext } from "../methods/method.js";
import type { Cut } from "../plan.js";
import type { Queue } from "../queues.js";
import { meetMilliseconds, type Milliseconds } from "./measured.js";
import { WidthLatency } from "./widths.js";

/**
 * The first channels of each unit's order go, so many as `countsFor` says of an allowance; what is cut is held against the clock
 * where that is possible. Throws a `RequestError` where nothing is known of the device.
 */
export async function cutToMilliseconds(
  context: Pick<MethodContext, "graph" | "map" | "keep" | "runner">,
  units: readonly Pick<Queue, "unit" | "order">[],
  countsFor: (latency: WidthLatency, allowedMs: number) => readonly number[],
): Promise<{ readonly cuts: readonly Cut[]; readonly milliseconds: Milliseconds }> {
  const { map, runner } = context;
  if (!runner.latency) throw new RequestError("milliseconds need a latency table of the device", "--keep");
  const list = units.map(({ unit }) => unit);
  const latency = new WidthLatency(map, list, runner.latency);
  const wholeMs = latency.total;
  const removedBy = (counts: readonly number[]) =>
    new Set(units.flatMap(({ unit, order }, u) => order.slice(0, counts[u]).map((channel) => unit.roots[channel]!)));
  const { choice, milliseconds } = await meetMilliseconds(context, {
    wholeMs,
    choose: (allowedMs) => (allowedMs >= wholeMs ? list.map(() => 0) : countsFor(latency, allowedMs)),
    foretell(counts) {
      counts.forEach((count, unit) => latency.remove(unit, count));
      return latency.total;
    },
    graphOf: (counts) => applyCuts(map.graph, map.channels, removedBy(counts)).graph,
  });
  const cuts = units.map(({ unit, order }, u) => ({
    unit: unit.name,
    width: unit.width,
    remove: order.slice(0, choice[u]).sort((a, b) => a - b),
  }));
  return { cuts: cuts.filter(({ remove }) => remove.length > 0), milliseconds };
}
