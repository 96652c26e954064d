/** One training step over memory: a batch goes in, gradients come out, the optimiser moves the parameters. */
import { Training } from "../../assembly/training/abi.js";
import { DataError, RequestError } from "../errors.js";
import { type Graph, sizeOf } from "../graph/graph.js";
import type { Build } from "../runtime/engine.js";
import { chooseMachine, type Machine, startMachine } from "./engine.js";
import type { OptimiserRule } from "./optimiser.js";
import { type Parameter, withConstants } from "./parameters.js";
import { type LossNumbers, planTraining } from "./plan.js";
import type { PlannedValue, TrainingMemory, TrainingPlan } from "./training-plan.js";
import { writeTask } from "./write-task.js";
import { type KernelTime, profileRecords } from "./profile.js";

export interface StepOptions {
  /** Images of a batch. */
  readonly batch: number;
  readonly threads?: number | undefined;
  readonly build?: Build | "auto" | undefined;
  readonly optimiser: OptimiserRule;
  readonly loss?: Partial<LossNumbers> | undefined;
  /** A network whose logits are to be followed, as they are at inference. */
  readonly teacher?: Graph | undefined;
}

/** What a batch gave. */
export interface BatchResult {
  /** Mean over the images. */
  readonly loss: number;
  /** The part of it that is the teacher's. */
  readonly teacherLoss: number;
  /** Images whose label was the first answer. */
  readonly correct: number;
}

/** A parameter as training sees it: views that change with it. */
export interface TrainedParameter extends Parameter {
  readonly values: Float32Array;
  readonly gradient: Float32Array;
}

export class TrainingStep {
  readonly graph: Graph;
  readonly batch: number;
  readonly memory: TrainingMemory;
  readonly parameters: readonly TrainedParameter[];
  readonly classes: number;
  readonly #plan: TrainingPlan;
  readonly #machine: Machine;
  readonly #optimiser: OptimiserRule;

  private constructor(graph: Graph, batch: number, plan: TrainingPlan, machine: Machine, optimiser: OptimiserRule) {
    this.graph = graph;
    this.batch = batch;
    this.memory = plan.memory;
    this.classes = plan.classes;
    this.#plan = plan;
    this.#machine = machine;
    this.#optimiser = optimiser;
    this.parameters = plan.parameters.list.map((parameter) => ({
      ...parameter,
      values: this.#floats(plan.parametersAt + parameter.offset, sizeOf(parameter.shape)),
      gradient: this.#floats(plan.gradientsAt + parameter.offset, sizeOf(parameter.shape)),
    }));
  }

  /** What a step would take, without taking it. */
  static plan(graph: Graph, options: StepOptions): TrainingPlan {
    const { batch, threads = 1, build = "auto", teacher, optimiser, loss = {} } = options;
    if (!Number.isSafeInteger(batch) || batch < 1)
      throw new RequestError(`expected images from 1 on, got ${batch}`, "batch");
    return planTraining(graph, {
      ...chooseMachine(threads, build),
      batch,
      teacher,
      states: optimiser.states,
      loss: { smoothing: 0, labels: 1, teacher: 0, temperature: 1, ...loss },
    });
  }

  static async open(graph: Graph, options: StepOptions): Promise<TrainingStep> {
    const plan = TrainingStep.plan(graph, options);
    const { threads, build } = chooseMachine(options.threads ?? 1, options.build ?? "auto");
    const machine = await startMachine(plan.memory.totalBytes, threads, build, graph.name);
    plan.write(machine.bytes);
    return new TrainingStep(graph, options.batch, plan, machine, options.optimiser);
  }

  get threads(): number {
    return this.#machine.crew.threads;
  }

  get build(): Build {
    return this.#machine.build;
  }

  /** Loss and gradients of a batch: images one behind the other, and a class for each, or -1 where there is none. */
  run(inputs: Float32Array, labels: Int32Array): BatchResult {
    this.#fill(inputs, labels);
    const { recordsAt, records } = this.#plan;
    this.#machine.crew.run(recordsAt, 0, records);
    return this.#result();
  }

  /** As `run`, on one thread only: how long each kernel takes in each part of it, the longest first. */
  profile(inputs: Float32Array, labels: Int32Array): readonly KernelTime[] {
    if (this.threads > 1) throw new RequestError(`expected 1 for a profile, got ${this.threads}`, "threads");
    this.#fill(inputs, labels);
    return profileRecords(this.#plan, this.#machine);
  }

  /** Moves the parameters by their gradients. `number` counts the steps from 1 on. */
  update(learningRate: number, number: number): void {
    const { optimiserAt, parametersAt, gradientsAt, statesAt, parameters } = this.#plan;
    const view = new DataView(this.#machine.bytes);
    const { decayingBytes, bytes } = parameters;
    const runs = [
      { from: 0, to: decayingBytes, decays: true },
      { from: decayingBytes, to: bytes, decays: false },
    ].filter(({ from, to }) => to > from);
    runs.forEach(({ from, to, decays }, i) => {
      const at = optimiserAt + i * Training.taskBytes;
      const { kernel, fields } = this.#optimiser.record({ learningRate, number, decays });
      writeTask(view, at, kernel, {
        ...fields,
        x: parametersAt + from,
        g: gradientsAt + from,
        state: statesAt + from,
        z: statesAt + bytes + from,
        count: (to - from) / 4,
      });
    });
    this.#machine.crew.run(optimiserAt, 0, runs.length);
  }

  /** Everything that lasts from step to step besides the parameters: what the optimiser keeps, and running statistics. */
  get states(): { readonly optimiser: Float32Array; readonly statistics: ReadonlyMap<string, Float32Array> } {
    const { statesAt, parameters, statistics, statisticsAt } = this.#plan;
    return {
      optimiser: this.#floats(statesAt, (this.#optimiser.states * parameters.bytes) / 4),
      statistics: new Map(
        statistics.map(({ name, shape, offset }) => [name, this.#floats(statisticsAt + offset, sizeOf(shape))]),
      ),
    };
  }

  /** The network as it is trained so far. */
  trained(): Graph {
    const numbers = new Map(this.parameters.map(({ name, values }) => [name, Float32Array.from(values)]));
    for (const [name, values] of this.states.statistics) numbers.set(name, Float32Array.from(values));
    return withConstants(this.graph, numbers);
  }

  /** The first value, in running order, of which a number is not finite for the batch at hand; undefined if none is found. */
  firstNonFinite(): string | undefined {
    const { recordsAt, forwardRecords, values } = this.#plan;
    const { crew } = this.#machine;
    for (let record = 0; record < forwardRecords; record++) {
      crew.run(recordsAt, record, 1);
      const wrong = values.find((value) => value.record === record + 1 && !this.#isFinite(value));
      if (wrong) return this.graph.nodes.find(({ outputs }) => outputs.includes(wrong.name))?.name ?? wrong.name;
    }
    return undefined;
  }

  /** Ends the other threads. */
  dispose(): void {
    this.#machine.crew.end();
  }

  #floats(at: number, count: number): Float32Array {
    return new Float32Array(this.#machine.bytes, at, count);
  }

  #isFinite({ at, each, count }: PlannedValue): boolean {
    const images = each === 0 ? 1 : this.batch;
    for (let image = 0; image < images; image++) {
      if (this.#floats(at + image * each, count).some((number) => !Number.isFinite(number))) return false;
    }
    return true;
  }

  #fill(inputs: Float32Array, labels: Int32Array): void {
    const { inputAt, inputEach, labelsAt, labelEach, classes } = this.#plan;
    const size = sizeOf(this.graph.inputs[0]!.shape);
    if (inputs.length !== this.batch * size || labels.length !== this.batch) {
      const expected = `${this.batch} images of ${size} numbers and ${this.batch} labels`;
      throw new DataError(`expected ${expected}, got ${inputs.length} numbers and ${labels.length} labels`);
    }
    for (let image = 0; image < this.batch; image++) {
      const label = labels[image]!;
      if (label >= classes) throw new DataError(`label ${label} of image ${image}: the network has ${classes} classes`);
      this.#floats(inputAt + image * inputEach, size).set(inputs.subarray(image * size, (image + 1) * size));
      new Int32Array(this.#machine.bytes, labelsAt + image * labelEach, 1)[0] = label;
    }
  }

  #result(): BatchResult {
    const { lossAt, lossEach } = this.#plan;
    let [loss, teacherLoss, correct] = [0, 0, 0];
    for (let image = 0; image < this.batch; image++) {
      const [own, right, taught] = this.#floats(lossAt + image * lossEach, Training.lossFloats);
      loss += own!;
      correct += right!;
      teacherLoss += taught!;
    }
    return { loss: loss / this.batch, teacherLoss: teacherLoss / this.batch, correct };
  }
}
