/** Where one layer is planned: its shapes, and a pen for constants, scratch memory and steps. */
import { Abi, type Kernel, StepOffset } from "../../assembly/abi.js";
import type { Shape } from "./shape.js";
import type { Target } from "./target.js";

/** An address that becomes a number when the arena is laid out. */
export interface Place {
  readonly region: "constants" | "value" | "scratch";
  /** Which value; 0 for the other regions. */
  readonly value: number;
  /** Bytes behind the region's beginning. */
  readonly offset: number;
}

/** The address `bytes` behind another. */
export function behind(place: Place, bytes: number): Place {
  return { ...place, offset: place.offset + bytes };
}

type AddressField = "x" | "f" | "b" | "z" | "y" | "scratch" | "table" | "reads" | "writes";
type NumberField = Exclude<keyof typeof StepOffset, AddressField | "kernel">;
export type StepFields = { readonly [K in AddressField]?: Place | undefined } & {
  readonly [K in NumberField]?: number | undefined;
};

/** A step before addresses are known. */
export interface StepDraft {
  readonly kernel: Kernel;
  readonly fields: StepFields;
}

/** Constants of the whole plan: packed weights and tables, each filled when memory exists. */
export class Constants {
  bytes = 0;
  readonly #fills: ((memory: ArrayBufferLike, base: number) => void)[] = [];
  readonly #shared = new Map<string, Place>();

  /** Room for `count` floats that `fill` writes. With a key, an equal request gets the same place. */
  floats(count: number, fill: (to: Float32Array) => void, key?: string): Place {
    return this.#add(count, (memory, at) => fill(new Float32Array(memory, at, count)), key);
  }

  /** Room for `count` 32-bit integers. */
  words(count: number, fill: (to: Int32Array) => void, key?: string): Place {
    return this.#add(count, (memory, at) => fill(new Int32Array(memory, at, count)), key);
  }

  write(memory: ArrayBufferLike, base: number): void {
    for (const fill of this.#fills) fill(memory, base);
  }

  #add(count: number, fill: (memory: ArrayBufferLike, at: number) => void, key?: string): Place {
    const known = key === undefined ? undefined : this.#shared.get(key);
    if (known) return known;
    const offset = this.bytes;
    this.bytes += alignUp(4 * count + Abi.slackBytes);
    this.#fills.push((memory, base) => fill(memory, base + offset));
    const place: Place = { region: "constants", value: 0, offset };
    if (key !== undefined) this.#shared.set(key, place);
    return place;
  }
}

export function alignUp(bytes: number): number {
  return Math.ceil(bytes / 64) * 64;
}

/** A kernel for a layer, and why this one. */
export interface Choice {
  readonly kernel: string;
  readonly why: string;
}

/** Some planes of so many, by their numbers. */
export interface Picked {
  readonly indices: readonly number[];
  readonly of: number;
}

export interface Site {
  readonly inputs: readonly { readonly shape: Shape; readonly place: Place }[];
  readonly output: { readonly shape: Shape; readonly place: Place };
  /** Added before the clamp; only offered to layers that add. */
  readonly residual: Place | undefined;
  /** The clamp of what is stored; infinite where there is none. */
  readonly lo: number;
  readonly hi: number;
  /** Whether all of the residual lies between the two already. */
  readonly residualIsClamped?: boolean | undefined;
  /** Which planes of its input the layer reads, where not all in order; the input's shape is that of what is read. */
  readonly reads?: Picked | undefined;
  /** Which planes of the output the layer's own are; the others are the residual's, or zeros. The output's shape has all of them. */
  readonly writes?: Picked | undefined;
  /** Which kernel a convolution is to take; the rule decides where there is none. */
  readonly choice: Choice | undefined;
  readonly constants: Constants;
  readonly target: Target;
  /** Bytes that only this layer's steps use, apart from earlier requests. Slack is added. */
  scratch(bytes: number): Place;
  step(kernel: Kernel, fields: StepFields): void;
  /**
   * Says that the output may lie where this operand does: the steps read each of its elements before they write there, and write
   * nothing beyond. Only a value of the output's size is taken, and only if nobody reads it later.
   */
  mayReplace(operand: Place): void;
  /** Notes which kernel was picked, and why, for people to read. */
  pick(kernel: string, why: string): void;
}

/** Scratch memory of which each thread has so many bytes for itself, as a step's fields say it. */
export function scratchEach(site: Site, bytes: number): Pick<StepFields, "scratch" | "share"> {
  return { scratch: site.scratch(bytes * site.target.threads), share: bytes };
}
