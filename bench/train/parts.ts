/** What the kernels of a training step are for, and how much of its time each purpose takes. */
import * as engine from "../../assembly/abi.js";
import * as training from "../../assembly/training/abi.js";
import type { KernelTime } from "../../src/train/index.js";
import { summarise } from "../rounds.js";

export interface ProfiledStep {
  readonly kernels: readonly KernelTime[];
  readonly optimiserMs: number;
  /** Of the whole step, with what filling the batch in and taking times cost. */
  readonly ms: number;
}

export interface Part {
  readonly part: string;
  readonly ms: number;
  /** Of the whole step. */
  readonly share: number;
  /** The same by kernel, the longest first. */
  readonly kernels: readonly { readonly kernel: string; readonly records: number; readonly ms: number }[];
}

/** Names by number, of both modules. Constant enums are objects at run time only. */
const NAMES = new Map(
  [engine, training].flatMap((abi) => {
    const { Kernel, TrainingKernel } = abi as unknown as Record<string, Readonly<Record<string, string | number>>>;
    return Object.entries(Kernel ?? TrainingKernel!).flatMap(([name, number]) =>
      typeof number === "number" ? [[number, name] as const] : [],
    );
  }),
);

/** THE list of purposes: the first whose kernels have such a name takes it. */
const PURPOSES: readonly (readonly [purpose: string, names: RegExp])[] = [
  ["packing filters", /^(Pack(Product|Winograd)|ReverseTaps)$/],
  ["filter gradients", /^((Sum|Depthwise)?FilterGradient|BiasGradient)$/],
  ["convolutions", /^(Conv|Depthwise|PadPlanes)/],
  ["batch norm", /^(BatchNorm|Scale$)/],
  ["dense layers", /^Dense/],
];

/** Of all profiled steps the median of each kernel, by purpose and direction; the longest first. */
export function partsOf(steps: readonly ProfiledStep[]): Part[] {
  const whole = median(steps.map(({ ms }) => ms));
  const parts = new Map<string, Part["kernels"][number][]>();
  for (const { phase, kernel, records } of steps[0]!.kernels) {
    const name = NAMES.get(kernel) ?? `kernel ${kernel}`;
    const same = (each: KernelTime) => each.phase === phase && each.kernel === kernel;
    const ms = median(steps.map(({ kernels }) => kernels.find(same)!.milliseconds));
    const part = partOf(phase, name);
    parts.set(part, [...(parts.get(part) ?? []), { kernel: name, records, ms }]);
  }
  parts.set("optimiser", [
    { kernel: "optimiser", records: 1, ms: median(steps.map(({ optimiserMs }) => optimiserMs)) },
  ]);
  const known = [...parts].map(([part, kernels]) => {
    const ms = kernels.reduce((sum, each) => sum + each.ms, 0);
    return { part, ms, share: ms / whole, kernels: kernels.sort((a, b) => b.ms - a.ms) };
  });
  const rest = Math.max(0, whole - known.reduce((sum, { ms }) => sum + ms, 0));
  const other = { part: "batch filled in, clock read", ms: rest, share: rest / whole, kernels: [] };
  return [...known, other].sort((a, b) => b.ms - a.ms);
}

/** The share of a step that the backward records take. */
export function gradientShareOf(steps: readonly ProfiledStep[]): number {
  const shares = steps.map(({ kernels, ms }) => {
    const backward = kernels.filter(({ phase }) => phase === "backward");
    return backward.reduce((sum, { milliseconds }) => sum + milliseconds, 0) / ms;
  });
  return median(shares);
}

function partOf(phase: KernelTime["phase"], name: string): string {
  const purpose = PURPOSES.find(([, names]) => names.test(name))?.[0] ?? "elementwise and pooling";
  if (purpose === "packing filters" || purpose === "filter gradients") return purpose;
  if (purpose === "convolutions" && phase === "backward") return "data gradients";
  return `${purpose}, ${phase}`;
}

const median = (values: readonly number[]) => summarise(values).medianMs;
