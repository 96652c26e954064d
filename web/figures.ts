/** Figures as people read them. Nothing is known where the clock stands still. */

const UNKNOWN = "–";

export function formatTime(milliseconds: number | null): string {
  if (milliseconds === null) return UNKNOWN;
  if (milliseconds >= 1000) return `${digits(milliseconds / 1000)} s`;
  return milliseconds >= 1 ? `${digits(milliseconds)} ms` : `${digits(milliseconds * 1000)} µs`;
}

export function formatBytes(bytes: number): string {
  return formatLarge(bytes, ["B", "kB", "MB", "GB"]);
}

/** Multiply-adds. */
export function formatMacs(macs: number): string {
  return formatLarge(macs, ["", "k", "M", "G", "T"]).trim();
}

export function formatRatio(ratio: number | null): string {
  return ratio === null ? UNKNOWN : `${ratio.toFixed(2)}×`;
}

function formatLarge(number: number, units: readonly string[]): string {
  let unit = 0;
  for (; number >= 999.5 && unit < units.length - 1; unit++) number /= 1000;
  return `${unit === 0 ? number : digits(number)} ${units[unit]}`;
}

/** Three digits that count. */
function digits(number: number): string {
  return number >= 100 ? number.toFixed(0) : number.toPrecision(3);
}
