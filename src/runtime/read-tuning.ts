/** Kernels that a caller hands in, checked. */
import { RequestError } from "../errors.js";
import type { Network } from "../gen/network.js";
import { fittingKernels } from "./kernels/convolution.js";
import { CONV_KERNELS } from "./kernels/index.js";
import { nameConvolutions } from "./layers/convolution.js";
import type { OpOf } from "./layers/layer.js";
import { convLayerOf } from "./layers/sparse-convolution.js";
import type { Choice } from "./site.js";
import type { Target } from "./target.js";
import type { Choices, Tuning } from "./tuning.js";
import type { Checked } from "./verify.js";

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

/** What a tuning decides. Throws a `RequestError` unless it is one for this network and target; says at which layer it is none. */
export function readTuning(tuning: Tuning, network: Network, { shapes }: Checked, target: Target): Choices {
  const kernels: unknown = isObject(tuning) ? tuning.kernels : undefined;
  if (!isObject(kernels)) {
    throw new RequestError("expected an object with build, threads and kernels, as session.tuning is", "tuning");
  }
  checkTarget(tuning, target);
  const numbers = new Map([...nameConvolutions(network)].map(([i, name]) => [name, i]));
  const choices = new Map<number, Choice>();
  for (const [name, kernel] of Object.entries(kernels) as [string, unknown][]) {
    const i = numbers.get(name);
    if (i === undefined) throw new RequestError(explainMissing(network, name), `tuning: ${name}`);
    const { op, inputs } = network.layers[i]!;
    const layer = convLayerOf(op as OpOf<"convolution">, shapes[inputs[0]!]!);
    const fitting = fittingKernels(layer, target).map((candidate) => candidate.kernel);
    if (!fitting.includes(kernel as string)) {
      throw new RequestError(`${explainKernel(kernel)}; what fits is ${fitting.join(", ")}`, `tuning: ${name}`);
    }
    choices.set(i, { kernel: kernel as string, why: "as the tuning says" });
  }
  return choices;
}

/** Throws a `RequestError` for a tuning that was made for something else. */
function checkTarget(tuning: Tuning, target: Target): void {
  for (const key of ["build", "threads"] as const) {
    if (tuning[key] === target[key]) continue;
    const [made, here] = [tuning[key], target[key]].map((value) => JSON.stringify(value));
    throw new RequestError(`was made for ${key} ${made}, this session has ${here}; tune again`, "tuning");
  }
}

function explainMissing({ name: network, layers }: Network, name: string): string {
  const layer = layers.find((candidate) => candidate.name === name);
  const what = layer ? `is of type ${layer.op.type}, and only convolutions are tuned` : "there is no such convolution";
  return `${what}; expected the names of network ${network}, got a tuning of another one`;
}

function explainKernel(kernel: unknown): string {
  const exists = CONV_KERNELS.some(({ name }) => name === kernel);
  return exists ? `kernel "${String(kernel)}" does not fit this layer` : `there is no kernel ${JSON.stringify(kernel)}`;
}
