/** Lists of float32 as base64, little endian. */

export function packNumbers(numbers: ArrayLike<number>): string {
  const bytes = Buffer.alloc(4 * numbers.length);
  for (let i = 0; i < numbers.length; i++) bytes.writeFloatLE(numbers[i]!, 4 * i);
  return bytes.toString("base64");
}

/** `count` finite numbers; undefined where the text is not exactly that. */
export function unpackNumbers(text: string, count: number): Float32Array | undefined {
  const bytes = Buffer.from(text, "base64");
  if (bytes.length !== 4 * count || bytes.toString("base64") !== text) return undefined;
  const numbers = Float32Array.from({ length: count }, (_, i) => bytes.readFloatLE(4 * i));
  return numbers.every(Number.isFinite) ? numbers : undefined;
}
