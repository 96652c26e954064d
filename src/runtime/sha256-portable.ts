/** SHA-256 (FIPS 180-4), without the platform. */

/** The first 32 bits of the fractional parts of the `power`-th roots of the first `count` primes. */
function rootsOfPrimes(count: number, power: number): Uint32Array {
  const roots = new Uint32Array(count);
  for (let candidate = 2, found = 0; found < count; candidate++) {
    let prime = true;
    for (let d = 2; d * d <= candidate; d++) if (candidate % d === 0) prime = false;
    if (prime) roots[found++] = (candidate ** (1 / power) % 1) * 2 ** 32;
  }
  return roots;
}

/** The digest of the bytes, 32 bytes. */
export function sha256Portable(bytes: Uint8Array): Uint8Array {
  const k = rootsOfPrimes(64, 3);
  const h = rootsOfPrimes(8, 2);
  const padded = new Uint8Array(Math.ceil((bytes.length + 9) / 64) * 64);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, Math.floor(bytes.length / 2 ** 29));
  view.setUint32(padded.length - 4, (bytes.length << 3) >>> 0);
  const w = new Uint32Array(64);
  for (let block = 0; block < padded.length; block += 64) {
    for (let i = 0; i < 16; i++) w[i] = view.getUint32(block + 4 * i);
    compress(h, k, w);
  }
  const digest = new DataView(new ArrayBuffer(32));
  h.forEach((word, i) => digest.setUint32(4 * i, word));
  return new Uint8Array(digest.buffer);
}

const rotate = (x: number, n: number) => (x >>> n) | (x << (32 - n));

function compress(h: Uint32Array, k: Uint32Array, w: Uint32Array): void {
  for (let i = 16; i < 64; i++) {
    const [p, q] = [w[i - 15]!, w[i - 2]!];
    const s0 = rotate(p, 7) ^ rotate(p, 18) ^ (p >>> 3);
    const s1 = rotate(q, 17) ^ rotate(q, 19) ^ (q >>> 10);
    w[i] = w[i - 16]! + s0 + w[i - 7]! + s1;
  }
  let [a, b, c, d, e, f, g, last] = h as unknown as [number, number, number, number, number, number, number, number];
  for (let i = 0; i < 64; i++) {
    const s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
    const t1 = (last + s1 + ((e & f) ^ (~e & g)) + k[i]! + w[i]!) | 0;
    const s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    [last, g, f, e, d, c, b, a] = [g, f, e, (d + t1) | 0, c, b, a, (t1 + t2) | 0];
  }
  [a, b, c, d, e, f, g, last].forEach((word, i) => (h[i]! += word));
}
