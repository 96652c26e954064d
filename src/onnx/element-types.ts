/** ONNX's element types: how each lies in raw bytes, in which typed field it may stand instead, and what it means here. */
import { ModelError } from "../errors.js";
import type { Kind } from "./constant.js";

type TypedField = "floatData" | "doubleData" | "int32Data" | "int64Data" | "uint64Data";

export interface ElementType {
  readonly name: string;
  readonly kind: Kind;
  readonly bytes: number;
  readonly read: (view: DataView, at: number) => number;
  readonly field: TypedField;
  /** Where the typed field holds bits instead of the number. */
  readonly fromBits?: (bits: number) => number;
}

/** IEEE 754 half precision: 1 sign, 5 exponent, 10 fraction bits. */
function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The upper half of a float32. */
function fromBfloat(bits: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint16(0, bits & 0xffff);
  return view.getFloat32(0);
}

type Row = readonly [number, ElementType];
const row = (
  number: number,
  name: string,
  kind: Kind,
  bytes: number,
  field: TypedField,
  read: ElementType["read"],
  fromBits?: (bits: number) => number,
): Row => [number, fromBits ? { name, kind, bytes, field, read, fromBits } : { name, kind, bytes, field, read }];

export const FLOAT = 1;
export const INT64 = 7;

const ELEMENT_TYPES: ReadonlyMap<number, ElementType> = new Map([
  row(FLOAT, "float32", "float", 4, "floatData", (v, at) => v.getFloat32(at, true)),
  row(2, "uint8", "int", 1, "int32Data", (v, at) => v.getUint8(at)),
  row(3, "int8", "int", 1, "int32Data", (v, at) => v.getInt8(at)),
  row(4, "uint16", "int", 2, "int32Data", (v, at) => v.getUint16(at, true)),
  row(5, "int16", "int", 2, "int32Data", (v, at) => v.getInt16(at, true)),
  row(6, "int32", "int", 4, "int32Data", (v, at) => v.getInt32(at, true)),
  row(INT64, "int64", "int", 8, "int64Data", (v, at) => Number(v.getBigInt64(at, true))),
  row(
    9,
    "bool",
    "bool",
    1,
    "int32Data",
    (v, at) => (v.getUint8(at) ? 1 : 0),
    (bits) => (bits ? 1 : 0),
  ),
  row(10, "float16", "float", 2, "int32Data", (v, at) => fromHalf(v.getUint16(at, true)), fromHalf),
  row(11, "double", "double", 8, "doubleData", (v, at) => v.getFloat64(at, true)),
  row(12, "uint32", "int", 4, "uint64Data", (v, at) => v.getUint32(at, true)),
  row(13, "uint64", "int", 8, "uint64Data", (v, at) => Number(v.getBigUint64(at, true))),
  row(16, "bfloat16", "float", 2, "int32Data", (v, at) => fromBfloat(v.getUint16(at, true)), fromBfloat),
]);

const REFUSED: ReadonlyMap<number, string> = new Map([
  [0, "undefined"],
  [8, "string"],
  [14, "complex64"],
  [15, "complex128"],
  [17, "float8e4m3fn"],
  [18, "float8e4m3fnuz"],
  [19, "float8e5m2"],
  [20, "float8e5m2fnuz"],
  [21, "uint4"],
  [22, "int4"],
  [23, "float4e2m1"],
]);

/** The element type with ONNX's number. Throws a `ModelError` for those that have no place in a network here. */
export function elementType(number: number): ElementType {
  const type = ELEMENT_TYPES.get(number);
  if (type) return type;
  const name = REFUSED.get(number) ?? `number ${number}`;
  throw new ModelError(`elements of type ${name} are not supported; store the numbers as float32 or int64`);
}
