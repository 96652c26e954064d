/** Finds a Python that has PyTorch. */
import { spawnSync } from "node:child_process";

/** THE list of places to look: the one of the user, which may be of an environment, and the system's. */
const PROGRAMS = ["python3", "/usr/bin/python3"];

/** The first that can import torch, or why there is none. */
export function findTorch() {
  const reasons = [];
  for (const program of PROGRAMS) {
    const { status, stderr, error } = spawnSync(program, ["-c", "import torch"], { encoding: "utf8" });
    if (status === 0) return { program };
    reasons.push(`${program}: ${error?.message ?? stderr.trim().split("\n").at(-1)}`);
  }
  return { reason: reasons.join("; ") };
}
