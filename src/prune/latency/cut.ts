/** What goes for a budget in milliseconds. */
import { RequestError } from "../../errors.js";
import type { MethodContext } from "../methods/method.js";
import { endingsOf, type Queue } from "../queues.js";
import { type Removal, removalOf, withoutRemoved } from "../removal.js";
import { meetMilliseconds, type Milliseconds } from "./measured.js";
import { WidthLatency } from "./widths.js";

/**
 * The first channels of each queue go, so many as `countsFor` says of an allowance, and blocks that end with them; what comes of it is held
 * against the clock where that is possible. Throws a `RequestError` where nothing is known of the device.
 */
export async function removeToMilliseconds(
  context: Pick<MethodContext, "graph" | "map" | "keep" | "runner">,
  queues: readonly Queue[],
  countsFor: (latency: WidthLatency, allowedMs: number) => readonly number[],
): Promise<{ readonly removal: Removal; readonly milliseconds: Milliseconds }> {
  const { map, runner } = context;
  if (!runner.latency) throw new RequestError("milliseconds need a latency table of the device", "--keep");
  const units = queues.map(({ unit }) => unit);
  const latency = new WidthLatency(
    map,
    units,
    runner.latency,
    queues.map(({ end }) => end?.ending),
  );
  const wholeMs = latency.total;
  const removalBy = (counts: readonly number[]) => {
    const first = queues.flatMap(({ unit, order }, u) =>
      order.slice(0, counts[u]).map((channel) => unit.roots[channel]!),
    );
    return removalOf(new Set(first), endingsOf(queues));
  };
  const { choice, milliseconds } = await meetMilliseconds(context, {
    wholeMs,
    choose: (allowedMs) => (allowedMs >= wholeMs ? queues.map(() => 0) : countsFor(latency, allowedMs)),
    foretell(counts) {
      counts.forEach((count, unit) => latency.remove(unit, count));
      return latency.total;
    },
    graphOf: (counts) => withoutRemoved(map, removalBy(counts)),
  });
  return { removal: removalBy(choice), milliseconds };
}
