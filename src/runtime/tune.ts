/** Measures kernels on this device: each distinct convolution with each kernel that may be the fastest, and nothing else. */
import { EspalierError } from "../errors.js";
import type { Layer, Network } from "../gen/network.js";
import type { Group } from "./fuse.js";
import { chooseByRule, type ConvLayer, fittingKernels } from "./kernels/convolution.js";
import { convLayerOf } from "./layers/sparse-convolution.js";
import type { RuleOf } from "./layers/layer.js";
import type { Plan, planNetwork } from "./plan.js";
import type { Session } from "./session.js";
import { type Shape, sizeOf } from "./shape.js";
import { type Choice, Constants, type Place } from "./site.js";
import type { Target } from "./target.js";
import type { Choices } from "./tuning.js";
import type { Checked } from "./verify.js";

/** Kernels whose modelled cost is more than this many times the least are not tried. */
const WORTH_TRYING = 3;
/** The rule's kernel stays unless another one takes less than this share of its time: noise decides nothing. */
const WORTH_CHANGING = 0.97;
/** Milliseconds of one sample at least, and as many steps of the clock. */
const SAMPLE_MS = 0.5;
const SAMPLE_TICKS = 10;
/** Milliseconds that each kernel is measured for, if that makes a number of samples between the two. */
const KERNEL_MS = 6;
const FEWEST_SAMPLES = 3;
const MOST_SAMPLES = 9;
/** Milliseconds until an engine has compiled a kernel's fast code; spent once a kernel. */
const WARM_UP_MS = 40;
/** Modelled cost beyond which no sample repeats its run, whatever the clock says. */
const MOST_WORK = 1e9;
/** How often the clock is read to see it move. */
const CLOCK_READS = 100_000;

export interface Tuner {
  readonly target: Target;
  readonly plan: typeof planNetwork;
  /** A session of a plan, as the network itself will get one. */
  readonly open: (network: Network, shapes: readonly Shape[], plan: Plan) => Session | Promise<Session>;
  /** Bytes that a trial may take. */
  readonly limit: number;
  /** What is decided already. */
  readonly known: Choices;
}

/** Measures every convolution of these groups that nothing is known about; layers that are alike share one measurement. */
export async function tune(
  network: Network,
  groups: readonly Group[],
  checked: Checked,
  tuner: Tuner,
): Promise<Choices> {
  const tick = clockTick();
  const choices = new Map(tuner.known);
  const found = new Map<string, Choice>();
  const warm = new Set<string>();
  for (const group of groups) {
    const trial = choices.has(group.worker) ? undefined : trialOf(network, checked, group);
    if (!trial) continue;
    const { geometry, groups: parts } = trial.layer;
    // What is stored of a sparse filter shows in the costs.
    const key = JSON.stringify([geometry, parts, trial.residual, fittingKernels(trial.layer, tuner.target)]);
    if (!found.has(key)) found.set(key, await choose(trial, { ...tuner, ...checked, tick, warm }));
    choices.set(group.worker, found.get(key)!);
  }
  return choices;
}

/** The smallest step of the clock, in milliseconds; undefined where it stands still while code runs. */
function clockTick(): number | undefined {
  if (typeof performance === "undefined") return undefined;
  let [least, last] = [Infinity, performance.now()];
  for (let i = 0; i < CLOCK_READS && !(i > 1000 && least < Infinity); i++) {
    const now = performance.now();
    if (now > last) least = Math.min(least, now - last);
    last = now;
  }
  return least < Infinity ? least : undefined;
}

/** One convolution to be measured. */
interface Trial {
  readonly layer: ConvLayer;
  readonly source: Layer;
  readonly residual: boolean;
  readonly input: Shape;
  readonly output: Shape;
}

function trialOf(network: Network, { shapes }: Checked, group: Group): Trial | undefined {
  const source = network.layers[group.worker]!;
  if (source.op.type !== "convolution") return undefined;
  const input = shapes[source.inputs[0]!]!;
  const layer = convLayerOf(source.op, input);
  const output = shapes[network.inputs.length + group.worker]!;
  return { layer, source, residual: group.residual !== undefined, input, output };
}

interface Bench extends Tuner, Pick<Checked, "ruleOf"> {
  readonly tick: number | undefined;
  /** Kernels that have been warmed up. */
  readonly warm: Set<string>;
}

async function choose(trial: Trial, bench: Bench): Promise<Choice> {
  const rule = chooseByRule(trial.layer, bench.target);
  const fitting = fittingKernels(trial.layer, bench.target);
  const candidates = fitting.filter(({ cost }) => cost <= WORTH_TRYING * fitting[0]!.cost);
  const kernels = [rule.kernel, ...candidates.map(({ kernel }) => kernel).filter((kernel) => kernel !== rule.kernel)];
  if (kernels.length === 1) return rule;
  if (bench.tick === undefined) return because("not measured, the clock stands still", rule);
  try {
    return await race(trial, kernels, { ...bench, cost: fitting[0]!.cost }, rule);
  } catch (error) {
    // Too many steps, or more memory than there is: all kernels at once ask for more than the network itself.
    if (error instanceof EspalierError) return because(`not measured: ${error.message}`, rule);
    throw error;
  }
}

/** The fastest of the kernels; the first one, which is the rule's, unless another is clearly faster. */
async function race(
  trial: Trial,
  kernels: readonly string[],
  bench: Bench & { readonly cost: number },
  rule: Choice,
): Promise<Choice> {
  const { network, checked } = networkOf(trial, kernels, bench.ruleOf);
  const choices = new Map(kernels.map((kernel, i) => [i * (trial.residual ? 2 : 1), { kernel, why: "on trial" }]));
  const plan = bench.plan(network, checked, bench.target, { choices, constants: new UnpackedConstants() });
  if (plan.memory.totalBytes > bench.limit) return because("not measured for want of memory", rule);
  const session = await bench.open(network, checked.shapes, plan);
  const times = await disposing(session, () => measure(session, bench.cost, bench));
  const best = times.indexOf(Math.min(...times));
  const picked = times[best]! < WORTH_CHANGING * times[0]! ? best : 0;
  const measured = kernels.map((kernel, i) => `${kernel} ${formatTime(times[i]!)} ms`);
  return { kernel: kernels[picked]!, why: `measured: ${measured.join(", ")}` };
}

async function disposing<T>(session: Session, use: () => T): Promise<T> {
  try {
    return use();
  } finally {
    session.dispose();
  }
}

const because = (reason: string, rule: Choice): Choice => ({ ...rule, why: `${reason}; ${rule.why}` });
const formatTime = (milliseconds: number) => milliseconds.toPrecision(3);

/** The layer once for each kernel, one beside the other over the same input; what they give is for nobody. */
function networkOf(trial: Trial, kernels: readonly string[], ruleOf: RuleOf): { network: Network; checked: Checked } {
  const { source, residual, input, output } = trial;
  const given = (name: string, shape: Shape) => ({ name, shape, batch: "", preprocessing: undefined });
  const inputs = [given("x", input), ...(residual ? [given("residual", output)] : [])];
  const sum = { type: "binary", kind: "add", operand: undefined, swapped: false } as const;
  const layers = kernels.flatMap((kernel, i): Layer[] => {
    const alone = { name: kernel, inputs: [0], op: source.op };
    return residual ? [alone, { name: "sum", inputs: [2 + 2 * i, 1], op: sum }] : [alone];
  });
  const network: Network = {
    version: 1,
    name: source.name,
    inputs,
    layers,
    // Read at the end, so that no kernel may write over what the others read.
    outputs: residual ? [{ name: "residual", value: 1 }] : [],
    labels: [],
    task: { kind: "tensors" },
    provenance: [],
  };
  const shapes = [...inputs.map(({ shape }) => shape), ...layers.map(() => output)];
  return { network, checked: { shapes, macs: layers.map(() => 0), ruleOf } };
}

/**
 * Weights are written as ones instead of being packed, which takes longer than measuring them. They are written because pages
 * that nobody has written to are all the same page of zeros, which stays in the first-level cache.
 */
class UnpackedConstants extends Constants {
  override floats(count: number, _fill: (to: Float32Array) => void, key?: string): Place {
    return super.floats(count, (to) => to.fill(1), key);
  }
}

/** The least time of a run of each layer, in milliseconds, the layers taking turns. */
function measure(session: Session, cost: number, { tick, warm }: Bench): number[] {
  session.run(Object.fromEntries(session.inputs.map(({ name, shape }) => [name, numbersFor(shape)])));
  for (const layer of session.layers) {
    if (!warm.has(layer.kernel)) spend(WARM_UP_MS, () => session.time(layer, 1));
    warm.add(layer.kernel);
  }
  const most = Math.max(1, MOST_WORK / cost);
  const sample = Math.max(SAMPLE_MS, SAMPLE_TICKS * tick!);
  let longest = sample;
  const repeats = session.layers.map((layer) => {
    let [times, taken] = [1, session.time(layer, 1)];
    for (; taken < sample && 2 * times <= most; taken = session.time(layer, times)) times *= 2;
    longest = Math.max(longest, taken);
    return times;
  });
  const rounds = Math.min(MOST_SAMPLES, Math.max(FEWEST_SAMPLES, Math.ceil(KERNEL_MS / longest)));
  const times = session.layers.map(() => Infinity);
  for (let round = 0; round < rounds; round++) {
    session.layers.forEach((layer, i) => {
      times[i] = Math.min(times[i]!, session.time(layer, repeats[i]!) / repeats[i]!);
    });
  }
  return times;
}

/** Any numbers that are not all zero. */
const numbersFor = (shape: Shape) => Float32Array.from({ length: sizeOf(shape) }, (_, i) => (i % 7) / 7);

/** Runs `run`, which says how long it took, until this time is spent. */
function spend(milliseconds: number, run: () => number): void {
  let spent = 0;
  for (let i = 0; i < 10_000 && spent < milliseconds; i++) spent += run();
}
