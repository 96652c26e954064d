/** A record of training as its module reads it (assembly/training/abi.ts). */
import { TaskOffset, type TrainingKernel } from "../../assembly/training/abi.js";

/** Addresses and numbers by the names of a record's fields; those that are left out stay as they are. */
export type TaskNumbers = { readonly [K in Exclude<keyof typeof TaskOffset, "kernel">]?: number };

const FLOATS = new Set(["alpha", "beta", "gamma", "delta", "epsilon", "zeta"]);

export function writeTask(view: DataView, at: number, kernel: TrainingKernel, numbers: TaskNumbers): void {
  view.setUint32(at + TaskOffset.kernel, kernel, true);
  for (const [name, number] of Object.entries(numbers)) {
    const offset = at + TaskOffset[name as keyof typeof TaskOffset];
    if (FLOATS.has(name)) view.setFloat32(offset, number, true);
    else view.setUint32(offset, number, true);
  }
}
