/** Which kernel each convolution of a network takes, as data: read off a session, stored, and handed in again. */
import { RequestError } from "../errors.js";
import type { Network } from "../gen/network.js";
import type { Build } from "./engine.js";
import { CONV_KERNELS, fittingKernels } from "./kernels/convolution.js";
import { convLayerOf } from "./layers/convolution.js";
import type { OpOf } from "./layers/layer.js";
import type { Plan } from "./plan.js";
import type { Choice } from "./site.js";
import type { Target } from "./target.js";
import type { Checked } from "./verify.js";

/** Plain data: survives `JSON.stringify` and `JSON.parse`. */
export interface Tuning {
  /** What it was made for; on anything else its times mean nothing. */
  readonly build: Build;
  readonly threads: number;
  /** Where it was measured, for people; not checked. */
  readonly engine?: string | undefined;
  /** A convolution's name -> its kernel's. The rule decides about layers that are not here. */
  readonly kernels: Readonly<Record<string, string>>;
}

/** Kernels by the layer's number. */
export type Choices = ReadonlyMap<number, Choice>;

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

/** The convolutions' numbers and names. A name that is taken already gets a number behind it. */
function nameConvolutions({ layers }: Network): Map<number, string> {
  const taken = new Set<string>();
  const names = new Map<number, string>();
  layers.forEach(({ name, op }, i) => {
    if (op.type !== "convolution") return;
    let fresh = name;
    for (let n = 2; taken.has(fresh); n++) fresh = `${name} #${n}`;
    taken.add(fresh);
    names.set(i, fresh);
  });
  return names;
}

/** What was picked for each convolution of a plan that so many threads run, which may be fewer than it was made for. */
export function tuningOf(network: Network, { target, layers }: Plan, threads: number): Tuning {
  const names = nameConvolutions(network);
  const convolutions = layers.filter(({ layer }) => names.has(layer));
  const kernels = Object.fromEntries(convolutions.map(({ layer, kernel }) => [names.get(layer)!, kernel]));
  return { build: target.build, threads, kernels };
}

/**
 * What a tuning decides; nothing where there is none. Throws a `RequestError` unless it is one for this network and target; says
 * at which layer it is none.
 */
export function readTuning(tuning: Tuning | undefined, network: Network, { shapes }: Checked, target: Target): Choices {
  if (tuning === undefined) return new Map();
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
