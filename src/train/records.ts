/**
 * The records of a training step, in groups. A group first runs records for each image, each image by one thread from the first
 * record to the last; then records that all threads share. Nothing of the next group begins before.
 */
import { Abi, type Kernel } from "../../assembly/abi.js";
import type { TaskOffset, TrainingKernel } from "../../assembly/training/abi.js";
import type { LayerOp } from "../gen/network.js";
import { type ConvLayer, type FilterPacking, planConvolution } from "../runtime/kernels/convolution.js";
import { ruleOf } from "../runtime/layers/index.js";
import { alignUp, type Choice, Constants, type Place, type Site, type StepDraft } from "../runtime/site.js";
import type { Shape } from "../runtime/shape.js";
import type { Target } from "../runtime/target.js";
import { Buffers } from "./buffers.js";

/** A value of the network or a gradient, of one image. */
export interface Value {
  readonly shape: Shape;
  readonly place: Place;
}

/** Stands for the bytes from one image's part of a buffer to the next one's, until memory is laid out. */
export interface EachBytes {
  readonly eachOf: Place;
}

export type TaskFields = { readonly [K in keyof typeof TaskOffset]?: Place | EachBytes | number | undefined };

/** A record before addresses are known: the engine's, or training's own. */
export type Draft =
  | { readonly own: false; readonly step: StepDraft }
  | { readonly own: true; readonly kernel: TrainingKernel; readonly fields: TaskFields };

export interface Group {
  readonly each: Draft[];
  readonly all: Draft[];
}

/** What a clamp lets through; infinite where there is none. */
export interface Clamp {
  readonly lo: number;
  readonly hi: number;
}

export const NO_CLAMP: Clamp = { lo: -Infinity, hi: Infinity };

/** A convolution as it was planned: where its packed filter lies, and how. */
export interface PlannedConvolution {
  readonly filter: Place;
  readonly packing: FilterPacking;
}

/** What a convolution is to read in place of what it was planned with: the filter only where it is not packed. */
export interface GivenPlaces {
  readonly filter?: Place | undefined;
  readonly bias?: Place | undefined;
  /** Added to the result. */
  readonly z?: Place | undefined;
}

/** The place that lies as far behind `to` as `place` does behind `from`. */
function moved(place: Place | undefined, from: Place | undefined, to: Place | undefined): Place | undefined {
  return place && from && to ? { ...to, offset: to.offset + place.offset - from.offset } : place;
}

export class Records {
  readonly constants = new Constants();
  readonly buffers = new Buffers();
  readonly preparing: Draft[] = [];
  readonly groups: Group[] = [{ each: [], all: [] }];
  /** What the engine's rules plan for. */
  readonly target: Target;
  /** Buffers that records which all threads share read in this group: they must not be overwritten in it. */
  readonly #held = new Set<number>();
  /** Bytes of scratch that each thread has. */
  scratchBytes = 0;
  #scratchNow = 0;

  constructor(build: Target["build"]) {
    // One thread runs an image's records, so the engine's planners plan for one.
    this.target = { build, threads: 1, checksLoads: false };
  }

  /** A record that each image has, with places in its own part of the buffers. */
  each(kernel: TrainingKernel, fields: TaskFields): void {
    this.#push(this.#group.each, { own: true, kernel, fields });
  }

  /** A step of the engine that each image has. */
  step(kernel: Kernel, fields: StepDraft["fields"]): void {
    this.#push(this.#group.each, { own: false, step: { kernel, fields } });
  }

  /** A record that all threads share, behind those of the group's images. What it reads is not overwritten in this group. */
  all(kernel: TrainingKernel, fields: TaskFields): void {
    this.#push(this.#group.all, { own: true, kernel, fields });
    for (const place of Object.values(fields)) {
      if (typeof place === "object" && "region" in place && place.region === "value") this.#held.add(place.value);
    }
  }

  /** A record that all threads share before everything else: filters are packed from the parameters. */
  prepare(kernel: TrainingKernel, fields: TaskFields): void {
    this.preparing.push({ own: true, kernel, fields });
  }

  /** What follows reads what records that all threads share have written. */
  barrier(): void {
    if (this.#group.each.length + this.#group.all.length === 0) return;
    this.groups.push({ each: [], all: [] });
    this.#held.clear();
  }

  isHeld(place: Place): boolean {
    return place.region === "value" && this.#held.has(place.value);
  }

  /** Bytes of scratch that a thread has for the records that follow, until the next layer asks. */
  scratch(bytes: number): Place {
    const offset = this.#scratchNow;
    this.#scratchNow += alignUp(bytes + Abi.slackBytes);
    this.scratchBytes = Math.max(this.scratchBytes, this.#scratchNow);
    return { region: "scratch", value: 0, offset };
  }

  /** Each layer has all of the scratch memory. */
  beginLayer(): void {
    this.#scratchNow = 0;
  }

  /** A layer of the network format, by the runtime's own rule, for each image. */
  layer(op: LayerOp, inputs: readonly Value[], output: Value, { lo, hi }: Clamp = NO_CLAMP): void {
    const rule = ruleOf(op.type);
    rule.plan(op, this.#site(inputs, output, { lo, hi }));
  }

  /** A convolution by the runtime's rule for its kernel. */
  convolution(layer: ConvLayer, input: Value, output: Value, clamp: Clamp, given: GivenPlaces): PlannedConvolution {
    const steps: StepDraft[] = [];
    let picked = "";
    planConvolution(layer, {
      ...this.#site([input], output, clamp),
      residual: given.z,
      step: (kernel, fields) => steps.push({ kernel, fields }),
      pick: (kernel) => (picked = kernel),
    });
    const { packing } = layer.kernels.find(({ name }) => name === picked)!;
    const { f, b } = steps.find(({ fields }) => fields.f)!.fields;
    for (const { kernel, fields } of steps) {
      const own = packing.kind === "plain" ? given.filter : undefined;
      this.step(kernel, { ...fields, f: moved(fields.f, f, own), b: moved(fields.b, b, given.bias) });
    }
    return { filter: f!, packing };
  }

  #site(inputs: readonly Value[], output: Value, { lo, hi }: Clamp): Site {
    return {
      inputs,
      output,
      residual: undefined,
      lo,
      hi,
      choice: undefined as Choice | undefined,
      constants: this.constants,
      target: this.target,
      scratch: (bytes) => this.scratch(bytes),
      step: (kernel, fields) => this.step(kernel, fields),
      mayReplace: () => {},
      pick: () => {},
    };
  }

  get #group(): Group {
    return this.groups.at(-1)!;
  }

  #push(list: Draft[], draft: Draft): void {
    list.push(draft);
    const fields = draft.own ? draft.fields : draft.step.fields;
    for (const place of Object.values(fields)) {
      if (typeof place === "object" && "region" in place) this.buffers.touch(place, this.groups.length - 1);
    }
  }
}
