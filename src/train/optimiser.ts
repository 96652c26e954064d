/** Optimisers: what each keeps for a parameter, and the numbers of its step. The arithmetic is assembly/training/kernels/optimiser.ts. */
import { TrainingKernel } from "../../assembly/training/abi.js";
import { RequestError } from "../errors.js";

export interface OptimiserStep {
  readonly learningRate: number;
  /** Steps from 1 on. */
  readonly number: number;
  /** Whether these parameters decay. */
  readonly decays: boolean;
}

export interface OptimiserRule {
  readonly name: string;
  /** Numbers that it keeps for each parameter. */
  readonly states: number;
  record(step: OptimiserStep): { readonly kernel: TrainingKernel; readonly fields: Readonly<Record<string, number>> };
}

export interface SgdOptions {
  /** Share of the last step's velocity that is kept; default 0.9. */
  readonly momentum?: number | undefined;
  /** Default 5e-4. Biases and norms are spared. */
  readonly weightDecay?: number | undefined;
  readonly nesterov?: boolean | undefined;
}

/** Stochastic gradient descent with momentum, as PyTorch defines it. */
export function sgd({ momentum = 0.9, weightDecay = 5e-4, nesterov = false }: SgdOptions = {}): OptimiserRule {
  checkShare("momentum", momentum);
  checkAbove("weight decay", weightDecay);
  return {
    name: nesterov ? "sgd, Nesterov" : "sgd",
    states: 1,
    record: ({ learningRate, decays }) => ({
      kernel: TrainingKernel.Sgd,
      fields: { alpha: learningRate, beta: momentum, gamma: decays ? weightDecay : 0, mode: nesterov ? 1 : 0 },
    }),
  };
}

export interface AdamOptions {
  /** Shares of the running moments that are kept; default 0.9 and 0.999. */
  readonly beta1?: number | undefined;
  readonly beta2?: number | undefined;
  readonly epsilon?: number | undefined;
  /** Decoupled (Loshchilov and Hutter 2019); default 0. Biases and norms are spared. */
  readonly weightDecay?: number | undefined;
}

/** Adam (Kingma and Ba 2015, algorithm 1). */
export function adam({ beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0 }: AdamOptions = {}): OptimiserRule {
  checkShare("beta1", beta1);
  checkShare("beta2", beta2);
  checkAbove("weight decay", weightDecay);
  return {
    name: "adam",
    states: 2,
    record: ({ learningRate, number, decays }) => ({
      kernel: TrainingKernel.Adam,
      fields: {
        alpha: learningRate / (1 - beta1 ** number),
        beta: beta1,
        gamma: beta2,
        delta: decays ? learningRate * weightDecay : 0,
        epsilon,
        zeta: 1 / Math.sqrt(1 - beta2 ** number),
      },
    }),
  };
}

function checkShare(name: string, value: number): void {
  if (!(value >= 0 && value < 1)) throw new RequestError(`expected a number from 0 to below 1, got ${value}`, name);
}

function checkAbove(name: string, value: number): void {
  if (!(value >= 0 && Number.isFinite(value)))
    throw new RequestError(`expected a number from 0 on, got ${value}`, name);
}
