/** Lists of bits as base64: bit i is bit i % 8 of byte i / 8, those behind the last are 0. */

/** Packs numbers of which each is 0 or not. */
export function packBits(bits: Uint8Array): string {
  const bytes = new Uint8Array(Math.ceil(bits.length / 8));
  for (let i = 0; i < bits.length; i++) if (bits[i]) bytes[i >> 3]! |= 1 << (i & 7);
  return Buffer.from(bytes).toString("base64");
}

/** `count` numbers, 0 or 1; undefined where the text is not exactly so many bits. */
export function unpackBits(text: string, count: number): Uint8Array | undefined {
  const bytes = Buffer.from(text, "base64");
  if (bytes.length !== Math.ceil(count / 8)) return undefined;
  const bits = Uint8Array.from({ length: count }, (_, i) => (bytes[i >> 3]! >> (i & 7)) & 1);
  return packBits(bits) === text ? bits : undefined;
}
