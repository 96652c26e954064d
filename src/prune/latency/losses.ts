/** What a unit loses with its channels, in numbers that compare between units. */
import type { Unit } from "../units.js";

/**
 * By how many of the channels are removed, in this order: -log of the share of all scores that stays, for each channel of each layer
 * that makes them. What a chain of layers keeps is about the product of what each keeps, so logs add up; the first channels of a unit
 * count as their scores over the mean one, and the last ones, which no other can stand in for, are dear. `raw` are the scores in that
 * order, without the unit's last channel, which always stays and counts as the best of the others.
 */
export function lossesOf(raw: readonly number[], { producers }: Pick<Unit, "producers">): number[] {
  const scores = raw.map((score) => Math.max(0, score));
  const all = [...scores, Math.max(0, ...scores)];
  const total = all.reduce((sum, score) => sum + score, 0);
  const weight = Math.max(1, producers.length) * all.length;
  const losses = [0];
  let left = total;
  for (const [i, score] of scores.entries()) {
    left -= score;
    // Without scores all channels are worth the same.
    const share = total > 0 ? Math.max(left / total, Number.EPSILON) : 1 - (i + 1) / all.length;
    losses.push(-weight * Math.log(share));
  }
  return losses;
}

/**
 * What is lost when a residual block goes with the unit's last channel, of which nothing is left to take the logarithm of: as if half a
 * channel stayed, for the shortcut stays.
 */
export function lossOfEnd(losses: readonly number[], { producers, width }: Pick<Unit, "producers" | "width">): number {
  return losses.at(-1)! + Math.max(1, producers.length) * width * Math.LN2;
}
