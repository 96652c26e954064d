/** Perforation for a budget in milliseconds: what convolutions take with fewer pixels is measured, each by itself. */
import { applyEdits } from "../edits/index.js";
import { timeLayers, type Variant } from "../latency/layer-times.js";
import { meetMilliseconds } from "../latency/measured.js";
import type { Decision, MethodContext } from "../methods/method.js";
import type { PlaneMask } from "./masks.js";
import { costOfAll, editsOf, type Perforation, type Shared, type Site } from "./sites.js";

/**
 * Decides by measured times, and by the clock how much they were wrong. `maskOf` gives masks that take as long as those that will be
 * chosen. Throws a `RequestError` where the device is another one.
 */
export async function perforateToMilliseconds(
  context: Pick<MethodContext, "graph" | "shapes" | "keep" | "runner" | "onProgress">,
  sites: readonly Site[],
  maskOf: (site: Site) => PlaneMask,
  decide: (shared: Shared) => Promise<readonly Perforation[]>,
): Promise<Decision> {
  const { graph, onProgress } = context;
  const alone = sites.map((site) => ({
    node: site.node,
    variants: (shares: readonly number[]) => variantsOf(site, maskOf(site), shares),
  }));
  const { wholeMs: full, layers } = await timeLayers(context, alone, onProgress);
  const timed = sites.map((site, s): Site => {
    const { wholeMs, at } = layers[s]!;
    return { ...site, costOf: (count) => (count >= site.pixels ? wholeMs : at(count / site.pixels)) };
  });
  const { choice, milliseconds } = await meetMilliseconds(context, {
    wholeMs: full,
    choose: (allowed) => decide({ sites: timed, full, allowed, keep: { kind: "ms", value: allowed, amount: true } }),
    foretell: (chosen) => costOfAll({ sites: timed, full }, chosen),
    graphOf: (chosen) => applyEdits(editsOf(sites, chosen), graph),
  });
  return { edits: editsOf(sites, choice), milliseconds };
}

/** The site with about these shares of its pixels. */
function variantsOf(site: Site, mask: PlaneMask, shares: readonly number[]): Variant[] {
  const rungs = shares.map((share) => mask.counts.findIndex((count) => count <= Math.max(1, share * site.pixels)));
  return [...new Set(rungs)].flatMap((rung) =>
    editsOf([site], [{ mask, rung }]).map((edit) => ({ share: mask.counts[rung]! / site.pixels, edit })),
  );
}
