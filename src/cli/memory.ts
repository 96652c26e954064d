import { formatBytes } from "../report/units.js";
import type { MemoryMap } from "../runtime/index.js";

/** What a session's memory holds, and how near its arena is to the least that any layout could do with. */
export function explainMemory({ constantBytes, arenaBytes, arenaLowerBound }: MemoryMap): string {
  const constants = `${formatBytes(constantBytes)} packed weights and tables`;
  return `${constants}, ${formatBytes(arenaBytes)} activations and scratch (${formatBytes(arenaLowerBound)} live at once)`;
}
