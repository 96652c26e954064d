const FLOAT = new Float32Array(1);
const BITS = new Uint32Array(FLOAT.buffer);

/** The 16 bits of IEEE 754 binary16 nearest to a number; ties to even, too large becomes infinite. */
export function floatToHalf(value: number): number {
  FLOAT[0] = value;
  const bits = BITS[0]!;
  const sign = (bits >>> 16) & 0x8000;
  const exponent = ((bits >>> 23) & 255) - 127 + 15;
  const fraction = bits & 0x7fffff;
  if (exponent === 255 - 127 + 15) return sign | 0x7c00 | (fraction ? 0x200 : 0);
  if (exponent <= 0) return exponent < -10 ? sign : sign | shiftRounded(fraction | 0x800000, 14 - exponent);
  const rounded = (exponent << 10) + shiftRounded(fraction, 13);
  return sign | Math.min(rounded, 0x7c00);
}

/** `value >> by`, rounded to nearest, ties to even. */
function shiftRounded(value: number, by: number): number {
  const half = 2 ** (by - 1);
  const [whole, rest] = [Math.floor(value / 2 ** by), value % 2 ** by];
  return rest > half || (rest === half && whole & 1) ? whole + 1 : whole;
}
