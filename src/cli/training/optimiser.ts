/** Which optimiser a run has, and what its rate is where nobody says. */
import { RequestError } from "../../errors.js";
import { adam, type OptimiserRule, sgd } from "../../train/index.js";
import type { TrainingOptions } from "./options.js";

/** Where a run begins: with weights that are drawn, or with weights that are worth something. */
export type Beginning = "scratch" | "weights";

export interface ChosenOptimiser {
  readonly rule: OptimiserRule;
  readonly learningRate: number;
  /** As it is typed. */
  readonly words: string;
  /** As they are noted in checkpoints. */
  readonly numbers: object;
  /** Why the defaults are not the usual ones. */
  readonly note: string | undefined;
}

/**
 * Learning rates unless --lr says. With batch norm, rates of SGD are those of He et al. 2016 and Wang et al. 2023 (fine-tuning).
 * Where it is folded into the weights, they no longer have a scale of their own, and SGD at such rates destroys them.
 */
const RATES = {
  sgd: { scratch: { norm: 0.1, plain: 0.01 }, weights: { norm: 0.01, plain: 0.001 } },
  adam: { scratch: { norm: 1e-3, plain: 1e-3 }, weights: { norm: 3e-4, plain: 3e-4 } },
} as const;

export function chooseOptimiser(
  options: TrainingOptions,
  beginning: Beginning,
  hasBatchNorm: boolean,
): ChosenOptimiser {
  const spared = beginning === "weights" && !hasBatchNorm;
  const name = options.optimiser ?? (spared ? "adam" : "sgd");
  const learningRate = options.lr ?? RATES[name][beginning][hasBatchNorm ? "norm" : "plain"];
  const note =
    spared && options.optimiser === undefined
      ? "no batch norm (folded), so adam: sgd would destroy the weights"
      : undefined;
  const { momentum, nesterov, weightDecay } = options;
  if (name === "sgd") {
    const numbers = { momentum, nesterov, weightDecay };
    return { rule: sgd(numbers), learningRate, numbers, note, words: wordsOf(name, learningRate, numbers) };
  }
  const idle = momentum !== undefined ? "--momentum" : nesterov ? "--nesterov" : undefined;
  if (idle !== undefined)
    throw new RequestError("belongs to sgd, and this is adam; leave it out or add --optimiser sgd", idle);
  return {
    ...{ rule: adam({ weightDecay }), learningRate, note },
    ...{ numbers: { weightDecay }, words: wordsOf(name, learningRate, { weightDecay }) },
  };
}

type Numbers = { readonly [K in "momentum" | "nesterov" | "weightDecay"]?: TrainingOptions[K] | undefined };

function wordsOf(name: string, learningRate: number, { momentum, nesterov, weightDecay }: Numbers): string {
  const words = [
    `--optimiser ${name} --lr ${learningRate}`,
    momentum === undefined ? "" : `--momentum ${momentum}`,
    nesterov ? "--nesterov" : "",
    weightDecay === undefined ? "" : `--weight-decay ${weightDecay}`,
  ];
  return words.filter((word) => word !== "").join(" ");
}
