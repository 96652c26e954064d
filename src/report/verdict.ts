/** What the figures of a comparison say: the variant to show, and one sentence about it. */
import type { Comparison, Stage, Variant } from "./comparison.js";
import { STAGES } from "./comparison.js";
import { formatRatio } from "./units.js";

/** A variant is a candidate for the headline if it loses no more than this share of the test pictures. */
export const TOLERATED_LOSS = 0.01;

/** The stages of which there is an accuracy, first to last. */
export function stagesOf({ accuracy }: Variant): Stage[] {
  return STAGES.filter((stage) => Number.isFinite(accuracy[stage]));
}

/** After the last stage that was measured. */
export function finalAccuracy(variant: Variant): number | undefined {
  const last = stagesOf(variant).at(-1);
  return last && variant.accuracy[last];
}

/** Of a fraction of n pictures: sqrt(p (1 - p) / n), the binomial's; undefined without n. */
export function standardError(fraction: number, n: number | undefined): number | undefined {
  const isKnown = n !== undefined && n >= 1 && fraction >= 0 && fraction <= 1;
  return isKnown ? Math.sqrt((fraction * (1 - fraction)) / n) : undefined;
}

export const speedUp = (dense: Variant, { medianMs }: Variant): number => dense.medianMs / medianMs;

/** Fractions; negative where the variant is worse. */
export function accuracyChange(dense: Variant, variant: Variant): number | undefined {
  const [from, to] = [finalAccuracy(dense), finalAccuracy(variant)];
  return from === undefined || to === undefined ? undefined : to - from;
}

/**
 * The variant that is named, or the fastest of those that lose at most `TOLERATED_LOSS`; if all lose more, the most accurate; without
 * accuracies the fastest.
 */
export function chooseVariant({ dense, variants, chosen }: Comparison): Variant | undefined {
  const named = variants.find(({ name }) => name === chosen);
  if (named) return named;
  const change = (variant: Variant) => accuracyChange(dense, variant) ?? -Infinity;
  const good = variants.filter((variant) => change(variant) >= -TOLERATED_LOSS - 1e-9);
  if (good.length > 0) return best(good, (variant) => speedUp(dense, variant));
  const isMeasured = variants.some((variant) => change(variant) > -Infinity);
  return best(variants, isMeasured ? change : (variant) => speedUp(dense, variant));
}

/** The first of those with the largest score; NaN is never the largest. */
function best(variants: readonly Variant[], score: (variant: Variant) => number): Variant | undefined {
  const scores = variants.map((variant) => (Number.isNaN(score(variant)) ? -Infinity : score(variant)));
  return variants[scores.indexOf(Math.max(...scores))];
}

/** "1.74x faster at 0.6 points less accuracy"; the number and its unit stay on one line. */
export function headline(dense: Variant, variant: Variant): string {
  const change = accuracyChange(dense, variant);
  const ratio = speedUp(dense, variant);
  if (!isRatio(ratio)) return change === undefined ? "Not measured" : describeChange(change);
  if (change === undefined) return describeSpeed(ratio);
  const preposition = change >= 0.0005 ? "with" : "at";
  return `${describeSpeed(ratio)} ${preposition} ${describeChange(change)}`;
}

const isRatio = (ratio: number) => Number.isFinite(ratio) && ratio > 0;

function describeSpeed(ratio: number): string {
  if (Math.abs(ratio - 1) < 0.005) return "As fast as before";
  return ratio > 1 ? `${formatRatio(ratio)} faster` : `${formatRatio(1 / ratio)} slower`;
}

function describeChange(change: number): string {
  const points = (Math.abs(change) * 100).toFixed(1);
  if (points === "0.0") return "the same accuracy";
  return `${points}\u00a0${points === "1.0" ? "point" : "points"} ${change < 0 ? "less" : "more"} accuracy`;
}

/** Whether two accuracies on n pictures differ by less than two standard errors of their difference, as if drawn apart. */
export function isWithinError(a: number, b: number, n: number | undefined): boolean {
  const [errorA, errorB] = [standardError(a, n), standardError(b, n)];
  return errorA !== undefined && errorB !== undefined && Math.abs(a - b) < 2 * Math.hypot(errorA, errorB);
}
