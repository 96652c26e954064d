/** What a pruning method is: what it needs, which options it has, and how it decides. It decides only; others change graphs. */
import type { Graph, Shape } from "../../graph/graph.js";
import type { Budget, BudgetKind } from "../budget.js";
import type { Edit } from "../edits/index.js";
import type { Milliseconds } from "../latency/measured.js";
import type { Cut } from "../plan.js";
import type { Runner } from "../runner.js";
import type { Samples } from "../segments.js";
import type { Unit, UnitMap } from "../units.js";
import { choice, type MethodOptions, type ValuesOf } from "./option.js";

/** THE list of things that a method may look at. */
export const NEEDS = {
  weights: "the network's weights",
  samples: "pictures (--data)",
  labels: "pictures with labels (--data)",
  training: "a training run",
} as const;
export type Need = keyof typeof NEEDS;

/** Whether units or layers compete with one another, or each loses the same share. */
export type Scope = "global" | "local";

export interface MethodContext<Options extends MethodOptions = MethodOptions> {
  readonly graph: Graph;
  /** Of every value and constant. */
  readonly shapes: ReadonlyMap<string, Shape>;
  /** Channels and pruning units of the graph. */
  readonly map: UnitMap;
  readonly seed: number;
  /** There unless the method says that it needs none. */
  readonly keep: Budget | undefined;
  readonly scope: Scope;
  /** "inner", or a pattern of names with * and ?: `selectUnits` and `selectLayers` follow it. */
  readonly only: string | undefined;
  readonly options: ValuesOf<Options>;
  /** Opens the pictures when it is called first. Throws a `RequestError` where none were given. */
  readonly samples: () => Samples;
  /** Whether there are any. */
  readonly hasSamples: boolean;
  readonly runner: Runner;
  /** How much is done, of all. */
  readonly onProgress: (done: number, total: number) => void;
  /** What was in the way, and what was done about it: a sentence that begins with the layer's name. */
  readonly onNote: (note: string) => void;
}

interface About<Options extends MethodOptions> {
  readonly name: string;
  /** One sentence for people who choose. */
  readonly summary: string;
  readonly paper: string;
  /** What it removes, in words: "channels", "weights". */
  readonly removes: string;
  readonly needs: readonly Need[];
  /** What it looks at, too, where that is given. */
  readonly uses?: readonly Need[];
  /** The budgets that it can meet. */
  readonly budgets: readonly BudgetKind[];
  /** The scopes that it knows, the one that holds unless another is typed first. */
  readonly scopes: readonly Scope[];
  /** Without a budget it removes what its options say. */
  readonly needsBudget?: false;
  /** Offered as flags of these names. Names that begin with a letter, words joined by "-". */
  readonly options: Options;
}

/** What a plan holds besides who made it. */
export interface Decision {
  readonly cuts?: readonly Cut[];
  readonly edits?: readonly Edit[];
  /** Where the budget is one of them: foretold, and measured. */
  readonly milliseconds?: Milliseconds;
}

/** Ranks channels: one number a channel, the smallest go first. Units are compared by these numbers, too. */
export interface RankMethod<Options extends MethodOptions, State> extends About<Options> {
  /** What all units' scores are made from, such as moments that samples gave. */
  readonly prepare?: (context: MethodContext<Options>) => Promise<State>;
  readonly score: (unit: Unit, context: MethodContext<Options>, prepared: State) => Float64Array;
}

/** Decides by itself what goes, and keeps the budget: never exceeded, and nothing that it removed could come back without exceeding it. */
export interface PlanMethod<Options extends MethodOptions> extends About<Options> {
  readonly plan: (context: MethodContext<Options>) => Decision | Promise<Decision>;
}

// oxlint-disable-next-line no-explicit-any -- options of different methods have nothing in common
export type Method = RankMethod<any, any> | PlanMethod<any>;

/** What rank methods have in common. */
const RANK = {
  removes: "channels",
  budgets: ["macs", "parameters", "bytes", "channels", "ms"],
  scopes: ["global", "local"],
} as const;

/** How much goes from where, of methods that say which channels of a unit go first. */
export const ALLOCATE = choice(
  "how much each unit loses: what the scores say, the same share, by reconstruction error for what is saved, by what that error does to the answers (both on pictures), or by importance for each millisecond; auto is latency where --keep is ms=, else score",
  ["auto", "score", "uniform", "error", "sensitivity", "latency"],
  "auto",
  { onPictures: ["error", "sensitivity"] },
);
export type Allocation = ReturnType<typeof ALLOCATE.parse>;

/** Whether more than channels goes. */
export const BLOCKS = choice(
  "whether residual blocks may go as a whole, their sums being their shortcuts then, where units are weighed by error, sensitivity or latency; auto is remove where pictures weigh them, else keep",
  ["auto", "keep", "remove"],
  "auto",
);
export type Blocks = ReturnType<typeof BLOCKS.parse>;

/** A method that ranks channels; at compile time it pins the types of options and state. */
export function defineRankMethod<const Options extends MethodOptions = {}, State = undefined>(
  method: Omit<RankMethod<Options, State>, keyof typeof RANK | "options"> & { readonly options?: Options },
): RankMethod<Options, State> {
  return {
    ...RANK,
    ...method,
    options: { allocate: ALLOCATE, blocks: BLOCKS, ...method.options } as unknown as Options,
  };
}

/** Identity at run time; at compile time it pins the types of the options. */
export function definePlanMethod<const Options extends MethodOptions>(
  method: PlanMethod<Options>,
): PlanMethod<Options> {
  return method;
}
