/** The element types of .npy files and how each becomes numbers. Hosts of WebAssembly are little endian, as the files. */

export type NpyData =
  Float32Array | Float64Array | Int8Array | Int16Array | Int32Array | Uint8Array | Uint16Array | Uint32Array;

export interface NpyType {
  readonly bytes: number;
  readonly integer: boolean;
  read(bytes: Uint8Array): NpyData;
}

interface View<Data> {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): Data;
}

/** By NumPy's name without the byte order. */
export const NPY_TYPES: Readonly<Record<string, NpyType>> = {
  b1: { bytes: 1, integer: false, read: (bytes) => view(Uint8Array, bytes) },
  i1: { bytes: 1, integer: true, read: (bytes) => view(Int8Array, bytes) },
  u1: { bytes: 1, integer: true, read: (bytes) => view(Uint8Array, bytes) },
  i2: { bytes: 2, integer: true, read: (bytes) => view(Int16Array, bytes) },
  u2: { bytes: 2, integer: true, read: (bytes) => view(Uint16Array, bytes) },
  i4: { bytes: 4, integer: true, read: (bytes) => view(Int32Array, bytes) },
  u4: { bytes: 4, integer: true, read: (bytes) => view(Uint32Array, bytes) },
  // Beyond 2^53 the nearest number stands for the integer.
  i8: { bytes: 8, integer: true, read: (bytes) => Float64Array.from(view(BigInt64Array, bytes), Number) },
  u8: { bytes: 8, integer: true, read: (bytes) => Float64Array.from(view(BigUint64Array, bytes), Number) },
  f2: { bytes: 2, integer: false, read: (bytes) => Float32Array.from(view(Uint16Array, bytes), halfToNumber) },
  f4: { bytes: 4, integer: false, read: (bytes) => view(Float32Array, bytes) },
  f8: { bytes: 8, integer: false, read: (bytes) => view(Float64Array, bytes) },
};

/** The bytes as they lie; copied only where they do not lie on a multiple of the element's size. */
function view<Data>(Type: View<Data>, bytes: Uint8Array): Data {
  const size = Type.BYTES_PER_ELEMENT;
  const { buffer, byteOffset } = bytes.byteOffset % size === 0 ? bytes : Uint8Array.from(bytes);
  return new Type(buffer, byteOffset, bytes.length / size);
}

/** IEEE 754 binary16: 1 bit sign, 5 bits exponent, 10 bits fraction. */
function halfToNumber(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
