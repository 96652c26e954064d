import { RequestError } from "../errors.js";
import type { Boxes, Network, Preprocessing, Provenance } from "../gen/network.js";
import type { Build, Engine } from "./engine.js";
import type { MemoryMap, Plan, PlannedLayer } from "./plan.js";
import { formatShape, type Shape, sizeOf } from "./shape.js";
import { runSlices } from "./slices.js";
import { type Tuning, tuningOf } from "./tuning.js";

export interface InputInfo {
  readonly name: string;
  readonly shape: Shape;
  /** How a picture becomes this input, where it is one. */
  readonly preprocessing: Preprocessing | undefined;
}

export interface OutputInfo {
  readonly name: string;
  readonly shape: Shape;
}

/** Numbers for the inputs, by name. Integers are taken as they are: pixels go in as 0 to 255. */
export type Inputs = Readonly<Record<string, Float32Array | Float64Array | Uint8Array | readonly number[]>>;
/** Fresh arrays with the outputs, by name. */
export type Outputs = Record<string, Float32Array>;

/** One group of layers with the time it took. */
export interface LayerTime extends PlannedLayer {
  /** Median over the profiled runs. */
  readonly milliseconds: number;
  /** Mean over them, which also means something where the clock's steps are longer than a layer. */
  readonly meanMilliseconds: number;
}

export interface RunOptions {
  /** Stops the run before its next slice; the promise rejects with the signal's reason, and the session can run again. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds of a slice, after which the thread is free for a moment. Default: 8. One step is never divided. */
  readonly budgetMs?: number | undefined;
}

interface State {
  readonly engine: Engine;
  readonly bytes: ArrayBufferLike;
}

/** A loaded network: memory, weights and plan. All of its memory is allocated when it is made and freed when it is dropped. */
export class Session {
  readonly name: string;
  readonly build: Build;
  readonly inputs: readonly InputInfo[];
  readonly outputs: readonly OutputInfo[];
  /** Class names in the order of the classes; empty where there are none. */
  readonly labels: readonly string[];
  readonly task: "tensors" | "classes" | "boxes";
  /** How a detector's outputs say boxes; `boxes` reads them. */
  readonly boxes: Boxes | undefined;
  readonly provenance: readonly Provenance[];
  /** What runs: layers that one kernel computes together are one entry. */
  readonly layers: readonly PlannedLayer[];
  /** The kernel of each convolution, by rule or by measurement: what `load` takes as `tuning`. */
  readonly tuning: Tuning;
  readonly memory: MemoryMap;
  /** Multiply-adds of one run. */
  readonly macs: number;
  readonly #plan: Plan;
  #state: State | undefined;

  /** @internal Use `load`. */
  constructor(network: Network, shapes: readonly Shape[], plan: Plan, engine: Engine, bytes: ArrayBufferLike) {
    this.name = network.name;
    this.build = plan.target.build;
    this.inputs = network.inputs.map(({ name, shape, preprocessing }) => ({ name, shape, preprocessing }));
    this.outputs = network.outputs.map(({ name, value }) => ({ name, shape: shapes[value]! }));
    this.labels = network.labels;
    this.task = network.task.kind;
    this.boxes = network.task.boxes;
    this.provenance = network.provenance;
    this.layers = plan.layers;
    this.memory = plan.memory;
    this.macs = plan.layers.reduce((sum, layer) => sum + layer.macs, 0);
    this.#plan = plan;
    this.#state = { engine, bytes };
    this.tuning = tuningOf(network, plan, this.threads);
    engine.endWith?.(this);
    const outputValues = network.outputs.map(({ value }) => value);
    this.#outputAt = (i) => plan.valueAt(outputValues[i]!);
  }

  readonly #outputAt: (output: number) => number;
  /** How many runs in slices are under way or wait, and the end of the last one. */
  #waiting = 0;
  #last: Promise<unknown> = Promise.resolve();

  /** Bytes of memory of this session, all of it allocated up front. */
  get peakBytes(): number {
    return this.memory.totalBytes;
  }

  /** How many threads run each step, this one among them. */
  get threads(): number {
    return this.#state?.engine.threads ?? 1;
  }

  /** One inference, one call into wasm. Throws a `RequestError` that names the input that is missing or does not fit. */
  run(inputs: Inputs): Outputs {
    const { engine } = this.#free();
    this.#fill(inputs);
    engine.run(this.#plan.stepsAt, 0, this.#plan.steps);
    return this.#read();
  }

  /**
   * One inference in slices, between which other work of this thread goes on: the same bits as `run`. Runs wait for one another,
   * in order; inputs are read when their turn comes.
   */
  runAsync(inputs: Inputs, options: RunOptions = {}): Promise<Outputs> {
    this.#waiting++;
    const turn = this.#last.then(() => this.#runSlices(inputs, options)).finally(() => this.#waiting--);
    this.#last = turn.catch(() => {});
    return turn;
  }

  async #runSlices(inputs: Inputs, options: RunOptions): Promise<Outputs> {
    options.signal?.throwIfAborted();
    this.#fill(inputs);
    const runSteps = (first: number, count: number) => this.#alive().engine.run(this.#plan.stepsAt, first, count);
    await runSlices(this.layers, runSteps, options);
    return this.#read();
  }

  /**
   * Runs `runs` times layer by layer and returns the median time of each. The clock's resolution is the platform's; where it
   * stands still the times are 0, and `macs` and `bytes` of `layers` are what there is.
   */
  profile(inputs: Inputs, runs = 9): LayerTime[] {
    this.#free();
    const times = this.layers.map(() => new Float64Array(runs));
    for (let r = 0; r < runs; r++) {
      this.#fill(inputs);
      this.layers.forEach((layer, i) => {
        times[i]![r] = this.time(layer, 1);
      });
    }
    return this.layers.map((layer, i) => {
      const sorted = times[i]!.sort();
      const sum = sorted.reduce((a, b) => a + b, 0);
      return { ...layer, milliseconds: sorted[runs >> 1]!, meanMilliseconds: sum / runs };
    });
  }

  /** @internal Milliseconds that `times` runs of one layer take, over whatever its inputs hold. */
  time({ firstStep, steps }: PlannedLayer, times: number): number {
    const { engine } = this.#alive();
    const start = performance.now();
    for (; times > 0; times--) engine.run(this.#plan.stepsAt, firstStep, steps);
    return performance.now() - start;
  }

  /** Ends the other threads and lets go of the memory. The session cannot run after it. */
  dispose(): void {
    this.#state?.engine.end?.();
    this.#state = undefined;
  }

  #alive(): State {
    if (!this.#state) throw new RequestError("this session was disposed; load the network again", this.name);
    return this.#state;
  }

  /** Alive, and with nothing of an unfinished run in its memory. */
  #free(): State {
    if (this.#waiting > 0) throw new RequestError("runAsync is under way on this session; wait for it", this.name);
    return this.#alive();
  }

  #fill(given: Inputs): void {
    const { bytes } = this.#alive();
    for (const name of Object.keys(given)) {
      if (!this.inputs.some((input) => input.name === name)) {
        throw new RequestError(`no such input; there is ${this.inputs.map((input) => input.name).join(", ")}`, name);
      }
    }
    this.inputs.forEach(({ name, shape }, i) => {
      const numbers = given[name];
      if (numbers === undefined)
        throw new RequestError(`no value was given for this input of shape ${formatShape(shape)}`, name);
      const count = sizeOf(shape);
      if (numbers.length !== count) {
        throw new RequestError(`expected ${count} numbers (${formatShape(shape)}), got ${numbers.length}`, name);
      }
      new Float32Array(bytes, this.#plan.valueAt(i), count).set(numbers);
    });
  }

  #read(): Outputs {
    const { bytes } = this.#alive();
    const read = ({ name, shape }: OutputInfo, i: number) =>
      [name, new Float32Array(bytes, this.#outputAt(i), sizeOf(shape)).slice()] as const;
    return Object.fromEntries(this.outputs.map(read));
  }
}

/** Memory of just this size, for several threads if `shared`. Throws a `RequestError` where the platform does not have it. */
export function allocate(bytes: number, name: string, shared: boolean): WebAssembly.Memory {
  const pages = Math.ceil(bytes / 65_536);
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages, ...(shared ? { shared } : {}) });
  } catch (cause) {
    const kind = shared ? "shared memory" : "memory";
    throw new RequestError(`needs ${bytes} bytes of ${kind}, which this platform does not give`, name, { cause });
  }
}
