import { readFileSync } from "node:fs";

/** Bytes of memory that these processes hold together; undefined where the system does not say. */
export function residentBytes(pids) {
  if (process.platform !== "linux") return undefined;
  return pids.reduce((sum, pid) => {
    const [, kilobytes] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
    return sum + 1024 * Number(kilobytes);
  }, 0);
}
