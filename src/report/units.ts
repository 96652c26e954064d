/** Figures as people read them, to three digits. Sizes and counts go in thousands (SI): 1 kB is 1000 bytes. */

interface Unit {
  readonly factor: number;
  readonly name: string;
}

const COUNTS: readonly Unit[] = units(1, ["", "k", "M", "G", "T"]);
const BYTES: readonly Unit[] = units(1, ["B", "kB", "MB", "GB", "TB"]);
/** In milliseconds; beyond seconds, `formatDuration` reads better. */
const TIMES: readonly Unit[] = units(1e-6, ["ns", "µs", "ms", "s"]);

function units(smallest: number, names: readonly string[]): Unit[] {
  return names.map((name, at) => ({ factor: smallest * 1000 ** at, name }));
}

/** `40.8 M`, `512`. */
export function formatCount(count: number): string {
  return inUnits(count, COUNTS);
}

/** `12,345`. */
export function formatWhole(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** `1.06 MB`, `812 B`. */
export function formatBytes(bytes: number): string {
  return inUnits(bytes, BYTES);
}

/** `3.20 ms`, `850 µs`, `12.5 s`. */
export function formatMilliseconds(milliseconds: number): string {
  return milliseconds === 0 ? "0 ms" : inUnits(milliseconds, TIMES);
}

/** Writes times in one unit, and with as many decimals, as three digits of the longest take: `0.77 ms` beside `1.50 ms`. */
export function sameUnitOfTime(times: readonly number[]): (milliseconds: number) => string {
  const longest = Math.max(0, ...times.filter(Number.isFinite));
  const { factor, name } = unitOf(longest, TIMES);
  const decimals = threeDigits(longest / factor).split(".")[1]?.length ?? 0;
  return (milliseconds) =>
    Number.isFinite(milliseconds) ? `${(milliseconds / factor).toFixed(decimals)} ${name}` : "-";
}

/** `1.83x`. */
export function formatRatio(ratio: number): string {
  return Number.isFinite(ratio) ? `${threeDigits(ratio)}x` : "-";
}

/** `91.5%` of the fraction 0.915. */
export function formatPercentage(fraction: number, decimals = 1): string {
  return Number.isFinite(fraction) ? `${(fraction * 100).toFixed(decimals)}%` : "-";
}

/** `42 s`, `3 min 05 s`, `2 h 07 min`: how long something will take. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return "-";
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${twoPlaces(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${twoPlaces(Math.floor((whole % 3600) / 60))} min`;
}

const twoPlaces = (value: number): string => String(value).padStart(2, "0");

/** The largest unit of which there is at least one; 999,999 is 1.00 M and not 1000 k, so rounding comes first. */
function unitOf(value: number, choices: readonly Unit[]): Unit {
  const rounded = Math.abs(Number(value.toPrecision(3)));
  // A hair of tolerance: 1e-6 * 1000 is not quite 1e-3.
  return choices.findLast(({ factor }) => rounded >= factor * (1 - 1e-9)) ?? choices[0]!;
}

function inUnits(value: number, choices: readonly Unit[]): string {
  if (!Number.isFinite(value)) return "-";
  const unit = unitOf(value, choices);
  const exact = unit.factor === 1 && unit === choices[0] && Number.isInteger(value);
  const number = exact ? String(value) : threeDigits(value / unit.factor);
  return unit.name === "" ? number : `${number} ${unit.name}`;
}

/** 1.06, 40.8, 850, 12300; no exponent down to a millionth. */
function threeDigits(value: number): string {
  const digits = value.toPrecision(3);
  return Math.abs(value) >= 999.5 ? String(Number(digits)) : digits;
}
