/** What the comparison of pruning methods consists of. */
import type { Contender } from "./contenders.js";
import type { Recovery } from "./options.js";

/** One run of `espalier prune`. */
export interface Job {
  readonly contender: Contender;
  /** As it is typed behind --keep; undefined where the method's options alone say what goes. */
  readonly keep: string | undefined;
  /** What was asked for; null where nothing was. */
  readonly budget: Asked | null;
  readonly recover: Recovery;
}

/** A share, or milliseconds as they are typed: "ms=0.5". */
export type Asked = number | string;

/** One network, or why there is none. Ratios and shares are of the dense network. */
export interface Row {
  /** With its options, as it was typed. */
  readonly method: string;
  readonly budget: Asked | null;
  /** How the budget was shared out; null for methods that have one way. */
  readonly allocate: string | null;
  readonly recover: Recovery;
  /** Multiply-adds by weights that are not 0, and weights that are not 0. */
  readonly macs: number | null;
  readonly parameters: number | null;
  /** Of the compiled file. */
  readonly bytes: number | null;
  readonly medianMs: number | null;
  /** The dense network's median over this one's. */
  readonly ratio: number | null;
  readonly top1: number | null;
  /** Mean KL divergence of the dense network's answers from this one's, in nats. */
  readonly kl: number | null;
  /** The whole command: reading, deciding, cutting, comparing, recovering, writing. */
  readonly seconds: number | null;
  /** Why the figures are missing. */
  readonly why: string | null;
}

export interface Dense {
  readonly macs: number;
  readonly parameters: number;
  readonly bytes: number;
  readonly medianMs: number;
  readonly top1: number;
}

/** Every method at every budget with every recovery; a method that needs no budget once, and at those of milliseconds. */
export function jobsFor(
  contenders: readonly Contender[],
  budgets: readonly Asked[],
  recoveries: readonly Recovery[],
): Job[] {
  return contenders.flatMap((contender) => {
    const { method } = contender;
    const kind = method.budgets.includes("macs") ? "macs" : method.budgets[0];
    const needsNone = method.needsBudget === false || kind === undefined;
    const asked = budgets.flatMap((budget): Pick<Job, "keep" | "budget">[] => {
      if (typeof budget === "string") return [{ keep: budget, budget }];
      return needsNone ? [] : [{ keep: `${kind}=${budget}`, budget }];
    });
    if (needsNone) asked.unshift({ keep: undefined, budget: null });
    return asked.flatMap((what) => recoveries.map((recover) => ({ contender, ...what, recover })));
  });
}
