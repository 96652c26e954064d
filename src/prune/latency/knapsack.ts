/** A knapsack the other way around: one option of each unit, so that enough is saved in all and as little as possible is lost. */

/** What a unit saves and loses by one of its options. An option stands for a whole beginning of the unit's queue, so that order is kept. */
export interface SavingOption {
  readonly saved: number;
  readonly lost: number;
}

/** Savings are counted in so many parts of what is needed, rounded down, so that what is chosen always saves enough. */
const PARTS = 500;

/**
 * For each unit the number of its option, by dynamic programming over what is saved so far: exact but for the rounding. Undefined
 * where even the best savings are too little.
 */
export function saveAtLeast(units: readonly (readonly SavingOption[])[], needed: number): number[] | undefined {
  /** The least loss with which the units so far save so many parts or more. */
  let least = new Float64Array(PARTS + 1).fill(Infinity);
  least[0] = 0;
  const choices = units.map((options) => {
    const next = new Float64Array(PARTS + 1).fill(Infinity);
    const choice = new Int32Array(PARTS + 1).fill(-1);
    const parts = options.map(({ saved }) => Math.max(0, Math.min(PARTS, Math.floor((PARTS * saved) / needed))));
    options.forEach(({ lost }, option) => {
      for (let before = 0; before <= PARTS; before++) {
        const after = Math.min(PARTS, before + parts[option]!);
        if (least[before]! + lost >= next[after]!) continue;
        next[after] = least[before]! + lost;
        choice[after] = before * options.length + option;
      }
    });
    least = next;
    return { choice, count: options.length };
  });
  if (least[PARTS] === Infinity) return undefined;
  const chosen: number[] = [];
  let at = PARTS;
  for (const { choice, count } of choices.toReversed()) {
    chosen.unshift(choice[at]! % count);
    at = Math.floor(choice[at]! / count);
  }
  return chosen;
}
