/** From checked layers to a plan: kernels picked, weights and tables asked for, one arena laid out, steps written. */
import { Abi } from "../../assembly/abi.js";
import { EspalierError, ModelError } from "../errors.js";
import type { Network } from "../gen/network.js";
import { type Arena, type Buffer, placeBuffers } from "./arena.js";
import { fuse, type Group } from "./fuse.js";
import { LIMITS } from "./limits.js";
import { sizeOf } from "./shape.js";
import { alignUp, type Choice, Constants, type Place, type Site, type StepDraft } from "./site.js";
import { joinConcats, type Joined, placeOf, storageOf } from "./storage.js";
import type { Target } from "./target.js";
import type { Checked } from "./verify.js";
import { writeStep } from "./write-step.js";

/** One group of layers as it runs. */
export interface PlannedLayer {
  /** The layers' names, joined by " + ". */
  readonly name: string;
  /** Number of the one whose kernel does the work. */
  readonly layer: number;
  readonly type: string;
  readonly kernel: string;
  /** Why this kernel. */
  readonly why: string;
  /** Multiply-adds of one run. */
  readonly macs: number;
  /** Bytes of its weights as they are packed, and of its tables; of what layers share, with the first of them. */
  readonly weightBytes: number;
  /** Bytes that one run moves at least: weights, what it reads, what it writes. */
  readonly bytes: number;
  readonly shape: readonly number[];
  readonly firstStep: number;
  readonly steps: number;
}

export interface MemoryMap {
  /** Everything: what the memory is created with, in bytes. */
  readonly totalBytes: number;
  /** Packed weights and index tables. */
  readonly constantBytes: number;
  readonly stepBytes: number;
  /** Activations and scratch. */
  readonly arenaBytes: number;
  /** The largest live set of activations and scratch: no arena can be smaller. */
  readonly arenaLowerBound: number;
}

export interface Plan {
  readonly target: Target;
  readonly layers: readonly PlannedLayer[];
  readonly steps: number;
  readonly memory: MemoryMap;
  /** Byte address of the steps. */
  readonly stepsAt: number;
  /** Byte address of each value. */
  readonly valueAt: (value: number) => number;
  /** Writes constants and steps into fresh memory. */
  readonly write: (memory: ArrayBufferLike) => void;
}

export interface PlanOptions {
  /** Kernels for convolutions, by the layer's number; the rule decides about the others. */
  readonly choices?: ReadonlyMap<number, Choice> | undefined;
  /** Takes the packed weights and tables; fresh unless given. */
  readonly constants?: Constants | undefined;
}

/** Plans a verified network for a target. Throws a `ModelError` that names the layer where something cannot be planned. */
export function planNetwork(network: Network, checked: Checked, target: Target, options: PlanOptions = {}): Plan {
  const { choices, constants = new Constants() } = options;
  const groups = fuse(network, checked);
  const joined = joinConcats(network, checked, groups);
  const scratchBytes: number[] = [];
  const replaceable: (readonly number[])[] = [];
  const drafts: { readonly draft: StepDraft; readonly group: number }[] = [];
  const layers = groups.map((group, i) => {
    const constantsBefore = constants.bytes;
    const sketch = planGroup(network, checked, group, {
      joined,
      constants,
      target,
      choice: choices?.get(group.worker),
      mostSteps: LIMITS.steps - drafts.length,
    });
    scratchBytes.push(sketch.scratchBytes);
    replaceable.push(sketch.replaceable);
    const firstStep = drafts.length;
    sketch.steps.forEach((draft) => drafts.push({ draft, group: i }));
    return describe(network, checked, group, sketch, { firstStep, weightBytes: constants.bytes - constantsBefore });
  });
  const storage = storageOf(network, checked, groups, { joined, replaceable });
  const arena = layOut(network, checked, groups, storage, scratchBytes);
  const constantsAt = Abi.firstFree;
  const stepsAt = constantsAt + alignUp(constants.bytes);
  const arenaAt = stepsAt + alignUp(drafts.length * Abi.stepBytes);
  const valueAt = (value: number) => arenaAt + arena.offsets[storage[value]!]!;
  const address = (place: Place, group: number): number => {
    if (place.region === "constants") return constantsAt + place.offset;
    if (place.region === "value") return valueAt(place.value) + place.offset;
    return arenaAt + arena.offsets[checked.shapes.length + group]! + place.offset;
  };
  return {
    target,
    layers,
    steps: drafts.length,
    memory: {
      totalBytes: arenaAt + arena.bytes,
      constantBytes: constants.bytes,
      stepBytes: drafts.length * Abi.stepBytes,
      arenaBytes: arena.bytes,
      arenaLowerBound: arena.lowerBound,
    },
    stepsAt,
    valueAt,
    write(memory) {
      constants.write(memory, constantsAt);
      const view = new DataView(memory, stepsAt, drafts.length * Abi.stepBytes);
      drafts.forEach(({ draft, group }, i) =>
        writeStep(view, i * Abi.stepBytes, draft, (place) => address(place, group)),
      );
    },
  };
}

interface Sketch {
  /** Values whose memory the output may take over. */
  readonly replaceable: readonly number[];
  readonly steps: readonly StepDraft[];
  readonly scratchBytes: number;
  readonly kernel: string;
  readonly why: string;
}

interface GroupOptions extends Pick<Site, "constants" | "target" | "choice"> {
  readonly joined: Joined;
  readonly mostSteps: number;
}

function planGroup(network: Network, { shapes, ruleOf }: Checked, group: Group, options: GroupOptions): Sketch {
  const { joined, constants, target, choice, mostSteps } = options;
  const layer = network.layers[group.worker]!;
  const at = (value: number) => ({ shape: shapes[value]!, place: placeOf(value, joined) });
  const steps: StepDraft[] = [];
  const replaceable: number[] = [];
  let scratchBytes = 0;
  let picked = { kernel: "none", why: "" };
  const site: Site = {
    inputs: layer.inputs.map((value, i) => ({ shape: shapes[value]!, place: placeOf(group.inputs[i]!, joined) })),
    output: at(group.output),
    residual: group.residual === undefined ? undefined : at(group.residual).place,
    lo: group.lo,
    hi: group.hi,
    residualIsClamped: group.residualIsClamped,
    reads: group.reads,
    writes: group.writes,
    choice,
    constants,
    target,
    scratch(bytes) {
      const offset = scratchBytes;
      scratchBytes += alignUp(bytes + Abi.slackBytes);
      return { region: "scratch", value: 0, offset };
    },
    step(kernel, fields) {
      if (steps.length >= mostSteps) throw new ModelError(`the plan would have more than ${LIMITS.steps} steps`);
      steps.push({ kernel, fields });
    },
    mayReplace: ({ region, value, offset }) => {
      if (region === "value" && offset === 0) replaceable.push(value);
    },
    pick: (kernel, why) => (picked = { kernel, why }),
  };
  try {
    ruleOf(layer.op.type).plan(layer.op, site);
  } catch (error) {
    if (error instanceof EspalierError && error.where === undefined) throw new ModelError(error.message, layer.name);
    throw error;
  }
  return { steps, scratchBytes, replaceable, ...picked };
}

function describe(
  network: Network,
  { shapes, macs }: Checked,
  group: Group,
  sketch: Sketch,
  { firstStep, weightBytes }: Pick<PlannedLayer, "firstStep" | "weightBytes">,
): PlannedLayer {
  const values = [...group.inputs, ...(group.residual === undefined ? [] : [group.residual]), group.output];
  const elements = sketch.steps.length === 0 ? 0 : values.reduce((sum, value) => sum + sizeOf(shapes[value]!), 0);
  return {
    name: group.layers.map((i) => network.layers[i]!.name).join(" + "),
    layer: group.worker,
    type: network.layers[group.worker]!.op.type,
    kernel: sketch.kernel,
    why: sketch.why,
    macs: group.layers.reduce((sum, i) => sum + macs[i]!, 0),
    weightBytes,
    bytes: weightBytes + 4 * elements,
    shape: shapes[group.output]!,
    firstStep,
    steps: sketch.steps.length,
  };
}

/** Buffers are numbered: values first, then each group's scratch. Values inside a group need no buffer. */
function layOut(
  network: Network,
  { shapes }: Checked,
  groups: readonly Group[],
  storage: Uint32Array,
  scratchBytes: readonly number[],
): Arena {
  const buffers: { bytes: number; from: number; to: number }[] = shapes.map(() => ({ bytes: 0, from: 0, to: -1 }));
  const bytesOf = (value: number) => alignUp(4 * sizeOf(shapes[value]!) + Abi.slackBytes);
  const touch = (value: number, moment: number) => {
    const buffer = buffers[storage[value]!]!;
    if (buffer.bytes === 0) Object.assign(buffer, { bytes: bytesOf(storage[value]!), from: moment });
    buffer.to = Math.max(buffer.to, moment);
  };
  network.inputs.forEach((_, value) => touch(value, -1));
  groups.forEach((group, moment) => {
    group.inputs.forEach((value) => touch(value, moment));
    if (group.residual !== undefined) touch(group.residual, moment);
    touch(group.output, moment);
  });
  network.outputs.forEach(({ value }) => touch(value, groups.length));
  const scratch: Buffer[] = scratchBytes.map((bytes, moment) => ({ bytes, from: moment, to: moment }));
  return placeBuffers([...buffers, ...scratch]);
}
