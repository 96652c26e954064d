/** Which kernel each convolution of a network takes, as data: read off a session, stored, and handed in again (read-tuning.ts). */
import type { Network } from "../gen/network.js";
import type { Build } from "./engine.js";
import { nameConvolutions } from "./layers/convolution.js";
import type { Plan } from "./plan.js";
import type { Choice } from "./site.js";

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

/** What was picked for each convolution of a plan that so many threads run, which may be fewer than it was made for. */
export function tuningOf(network: Network, { target, layers }: Plan, threads: number): Tuning {
  const names = nameConvolutions(network);
  const convolutions = layers.filter(({ layer }) => names.has(layer));
  const kernels = Object.fromEntries(convolutions.map(({ layer, kernel }) => [names.get(layer)!, kernel]));
  return { build: target.build, threads, kernels };
}
