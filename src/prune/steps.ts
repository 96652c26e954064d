/** The order in which channels of several units go, and what goes at once. */
import type { Candidate, Step } from "./budget.js";
import type { Scope } from "./methods/method.js";
import type { Queue } from "./queues.js";

interface Entry extends Step {
  readonly urgency: number;
  readonly unit: number;
  readonly place: number;
}

/** By scores, or each unit the same share at a time. What is left in a block goes at once, and nothing that has gone with it goes later. */
export function stepsOf(queues: readonly Queue[], scope: Scope): Step[] {
  const all = queues.map(({ unit, order }, u) =>
    order.map((channel): Candidate => ({ unit: u, channel, root: unit.roots[channel]! })),
  );
  const entries = queues.flatMap(({ unit, scores, end, closes }, u) =>
    all[u]!.slice(0, end ? end.from + 1 : undefined).map((candidate, place): Entry => {
      const isEnd = place === end?.from;
      const urgency = scope === "global" ? scores[place]! : (place + 1) / unit.width;
      return { candidates: [candidate], closes: isEnd ? closes : undefined, urgency, unit: u, place };
    }),
  );
  entries.sort((a, b) => a.urgency - b.urgency || a.unit - b.unit || a.place - b.place);
  const gone = new Set<Candidate>();
  return entries.flatMap(({ candidates, closes }): Step[] => {
    const going = (closes ? closes.flatMap((unit) => all[unit]!) : candidates).filter((one) => !gone.has(one));
    going.forEach((candidate) => gone.add(candidate));
    if (going.length === 0) return [];
    return [closes ? { candidates: going, closes } : { candidates: going }];
  });
}
