/** Samples in two parts, one for this thread and one for another. */
import type { Samples } from "../segments.js";
import type { Helper } from "./helper.js";

/** Some of the samples. */
export interface Part extends Samples {
  /** The number of its first one among all. */
  readonly first: number;
}

/** A part as it can be sent. */
export interface SentPart {
  readonly first: number;
  readonly samples: readonly Float32Array[];
}

export interface Other {
  readonly helper: Helper;
  readonly part: SentPart;
}

/** Fewer samples are done before the other thread has begun. */
const FEWEST = 64;
/** Samples are copied to the other thread; they may take so many bytes there. */
const MOST_BYTES = 256 << 20;

/** The second half of the samples goes to the helper, if there is one and it is worth it. What goes where depends on nothing else. */
export function divide(samples: Samples, helper: Helper | undefined): { own: Part; other: Other | undefined } {
  const { count } = samples;
  const whole = { first: 0, count, get: (i: number) => samples.get(i) };
  if (!helper || count < FEWEST) return { own: whole, other: undefined };
  const half = Math.ceil(count / 2);
  if ((count - half) * samples.get(0).byteLength > MOST_BYTES) return { own: whole, other: undefined };
  const others = Array.from({ length: count - half }, (_, i) => samples.get(half + i));
  return { own: { ...whole, count: half }, other: { helper, part: { first: half, samples: others } } };
}

export function received({ first, samples }: SentPart): Part {
  return { first, count: samples.length, get: (i) => samples[i]! };
}
