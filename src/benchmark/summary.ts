/** Times in three numbers. */
export function summarise(times: readonly number[]): { medianMs: number; minMs: number; p95Ms: number } {
  const sorted = Float64Array.from(times).sort();
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
  return { medianMs: at(0.5), minMs: at(0), p95Ms: at(0.95) };
}
