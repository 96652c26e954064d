/**
 * NumPy's .npy files (format 1.0 to 3.0): one array, little endian, rows outermost.
 *
 *   0          6         8          10 (12 from 2.0 on)
 *   ├──────────┼─────────┼──────────┼────────────────────────────────────────────────────┼──────────┤
 *   │ \x93NUMPY│ version │ length   │ {'descr': '<f4', 'fortran_order': False, 'shape':  │ elements │
 *   │          │ u8, u8  │ u16 (u32)│  (2, 3), }, spaces, newline                        │          │
 */
import { DataError } from "../errors.js";
import { NPY_TYPES, type NpyData, type NpyType } from "./npy-types.js";

export interface NpyArray {
  readonly shape: number[];
  /** Half floats come as `Float32Array`, 64-bit integers as `Float64Array`, truth values as `Uint8Array`. */
  readonly data: NpyData;
  /** NumPy's name without the byte order: `f4`, `i8`, `u1`, `b1`. */
  readonly dtype: string;
}

const MAGIC = "\x93NUMPY";
/** A plain array's header has about a hundred bytes; NumPy itself refuses more than this. */
const MAX_HEADER_BYTES = 10_000;
const ALIGNMENT = 64;

interface Header {
  readonly text: string;
  readonly end: number;
}

/** Reads an array; `where` names the file in errors. The data may be a view into `bytes`. */
export function readNpy(bytes: Uint8Array, where: string): NpyArray {
  const { text, end } = headerOf(bytes, where);
  const dtype = dtypeOf(text, where);
  checkOrder(text, where);
  const shape = shapeOf(text, where);
  const type = NPY_TYPES[dtype]!;
  const data = bytes.subarray(end);
  checkLength(shape, type, data.length, where);
  return { shape, data: type.read(data), dtype };
}

function headerOf(bytes: Uint8Array, where: string): Header {
  if (latin1(bytes.subarray(0, MAGIC.length)) !== MAGIC) {
    throw new DataError("expected a .npy file, came something else; write it with numpy.save", where);
  }
  const major = bytes[6] ?? 0;
  if (bytes.length >= 8 && (major < 1 || major > 3)) {
    throw new DataError(`expected .npy format 1 to 3, came ${major}; write it with numpy.save`, where);
  }
  const start = major === 1 ? 10 : 12;
  if (bytes.length < start) throw truncatedHeader(where);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > MAX_HEADER_BYTES) {
    throw new DataError(`expected a header of at most ${MAX_HEADER_BYTES} bytes, came ${length}`, where);
  }
  if (start + length > bytes.length) throw truncatedHeader(where);
  return { text: latin1(bytes.subarray(start, start + length)), end: start + length };
}

function truncatedHeader(where: string): DataError {
  return new DataError("expected a whole .npy header, came a file that ends inside it; fetch it again", where);
}

/** The header is a Python dictionary. What is looked for has one form in it, whatever else it holds. */
function entry(text: string, key: string, value: RegExp): string | undefined {
  return new RegExp(`['"]${key}['"]\\s*:\\s*${value.source}`).exec(text)?.[1];
}

function dtypeOf(text: string, where: string): string {
  const descr = entry(text, "descr", /['"]([^'"]*)['"]/);
  const known = Object.keys(NPY_TYPES).join(", ");
  if (descr === undefined) {
    throw new DataError(`expected one element type of ${known}, came a header without one`, where);
  }
  const [order, dtype] = [descr[0]!, descr.slice(1)];
  const type = Object.hasOwn(NPY_TYPES, dtype) ? NPY_TYPES[dtype] : undefined;
  if (type !== undefined && (order === "<" || (type.bytes === 1 && "|<>".includes(order)))) return dtype;
  const way = "convert it with array.astype before saving";
  throw new DataError(`expected little-endian elements of ${known}, came ${JSON.stringify(descr)}; ${way}`, where);
}

function checkOrder(text: string, where: string): void {
  const order = entry(text, "fortran_order", /(True|False)/);
  if (order === "False") return;
  const came = order === undefined ? "a header that does not say" : "columns outermost";
  const way = "save numpy.ascontiguousarray(array)";
  throw new DataError(`expected rows outermost (C order), came ${came}; ${way}`, where);
}

function shapeOf(text: string, where: string): number[] {
  const inner = entry(text, "shape", /\(([^)]*)\)/);
  const parts = (inner ?? "?")
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
  const sizes = parts.map((part) => (/^\d+L?$/.test(part) ? Number.parseInt(part, 10) : NaN));
  if (sizes.every(Number.isSafeInteger)) return sizes;
  throw new DataError(`expected a shape of whole numbers, came (${inner ?? "no shape"})`, where);
}

function checkLength(shape: readonly number[], type: NpyType, bytes: number, where: string): void {
  const expected = shape.reduce((product, size) => product * size, type.bytes);
  if (expected === bytes) return;
  const came = `expected ${expected} bytes of elements for shape (${shape.join(", ")}), came ${bytes}`;
  throw new DataError(`${came}; the file is cut short or holds more than one array`, where);
}

/** A file that `numpy.load` reads. */
export function writeNpy(shape: readonly number[], data: Float32Array): Uint8Array {
  const count = shape.reduce((product, size) => product * size, 1);
  if (count !== data.length) {
    throw new DataError(`expected ${count} numbers for shape (${shape.join(", ")}), came ${data.length}`);
  }
  const header = headerFor(shape);
  const file = new Uint8Array(header.length + data.byteLength);
  file.set(header);
  file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), header.length);
  return file;
}

/** Padded with spaces, so that the elements start on a multiple of 64. */
function headerFor(shape: readonly number[]): Uint8Array {
  const tuple = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${tuple}), }`;
  const total = Math.ceil((10 + text.length + 1) / ALIGNMENT) * ALIGNMENT;
  const padded = `${text.padEnd(total - 11)}\n`;
  const head = [...MAGIC].map((char) => char.charCodeAt(0));
  const length = [padded.length & 255, padded.length >> 8];
  return Uint8Array.from([...head, 1, 0, ...length, ...Buffer.from(padded, "latin1")]);
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}
