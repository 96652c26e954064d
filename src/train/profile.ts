/** Where the time of a training step goes: the plan's records one by one, in the order in which one thread runs them. */
import { TaskOffset, Training, TrainingKernel } from "../../assembly/training/abi.js";
import type { Machine } from "./engine.js";
import type { TrainingPlan } from "./training-plan.js";

/** Parts of a step in front of the optimiser. */
export type Phase = "packing" | "forward" | "backward";

/** All records of one kernel in one part of a step. */
export interface KernelTime {
  readonly phase: Phase;
  /** Of `Kernel` in assembly/abi.ts, or of `TrainingKernel` in assembly/training/abi.ts. */
  readonly kernel: number;
  readonly records: number;
  readonly milliseconds: number;
}

/** Runs a plan on a machine of one thread; the kernels that took longest first. */
export function profileRecords(plan: TrainingPlan, machine: Machine): KernelTime[] {
  const { recordsAt, packingRecords, forwardRecords, records } = plan;
  const sums = new Map<string, KernelTime>();
  const view = new DataView(machine.bytes);
  const profileStretch = (phase: Phase, at: number, count: number): void => {
    for (let i = 0; i < count; i++) {
      const record = at + i * Training.taskBytes;
      const kernel = view.getUint32(record + TaskOffset.kernel, true);
      if (kernel === TrainingKernel.Images) {
        // All records of an image, then those of the next, as the kernel itself runs them.
        const inner = view.getInt32(record + TaskOffset.images, true) * view.getInt32(record + TaskOffset.count, true);
        profileStretch(phase, view.getUint32(record + TaskOffset.x, true), inner);
      } else addTo(sums, { phase, kernel, records: 1, milliseconds: timeRecord(machine, record) });
    }
  };
  const behind = (number: number) => recordsAt + number * Training.taskBytes;
  profileStretch("packing", recordsAt, packingRecords);
  profileStretch("forward", behind(packingRecords), forwardRecords - packingRecords);
  profileStretch("backward", behind(forwardRecords), records - forwardRecords);
  return [...sums.values()].sort((a, b) => b.milliseconds - a.milliseconds);
}

function timeRecord({ crew }: Machine, at: number): number {
  const start = performance.now();
  crew.run(at, 0, 1);
  return performance.now() - start;
}

function addTo(sums: Map<string, KernelTime>, more: KernelTime): void {
  const key = `${more.phase} ${more.kernel}`;
  const { records, milliseconds } = sums.get(key) ?? { records: 0, milliseconds: 0 };
  sums.set(key, { ...more, records: records + more.records, milliseconds: milliseconds + more.milliseconds });
}
