/** What the comparison of pruning methods consists of. */
import type { Method } from "../../src/prune/methods/method.js";
import type { Recovery } from "./options.js";

/** One run of `espalier prune`. */
export interface Job {
  readonly method: string;
  /** As it is typed behind --keep; undefined where the method's options alone say what goes. */
  readonly keep: string | undefined;
  /** The share that was asked for; null where none was. */
  readonly budget: number | null;
  readonly recover: Recovery;
}

/** One network, or why there is none. Ratios and shares are of the dense network. */
export interface Row {
  readonly method: string;
  readonly budget: number | null;
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

/** Every method at every budget with every recovery; a method that takes no budget once. */
export function jobsFor(
  methods: readonly Method[],
  budgets: readonly number[],
  recoveries: readonly Recovery[],
): Job[] {
  return methods.flatMap((method) => {
    const kind = method.budgets.includes("macs") ? "macs" : method.budgets[0];
    const asked =
      method.needsBudget === false || kind === undefined
        ? [{ keep: undefined, budget: null }]
        : budgets.map((budget) => ({ keep: `${kind}=${budget}`, budget }));
    return asked.flatMap((what) => recoveries.map((recover) => ({ method: method.name, ...what, recover })));
  });
}
