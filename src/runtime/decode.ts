/**
 * Reads a network file: a bounded protobuf reader that walks the field table generated from schemas/network.proto.
 *
 * It accepts one spelling only. Unknown fields, fields twice or out of order, trailing bytes, overlong numbers and absent
 * sub-messages are refused; nothing is allocated that the bytes do not pay for, and weights stay views of the input.
 */
import { ModelError } from "../errors.js";
import { type File, MESSAGES, type Network } from "../gen/network.js";
import { sha256 } from "./sha256.js";

/** The bytes "ESPN", little endian. */
export const MAGIC = 0x4e505345;
/** The format version that this code reads and writes. */
export const VERSION = 1;

const UTF8 = new TextDecoder("utf-8", { fatal: true });
const WIRE: Readonly<Record<string, number>> = { uint32: 0, sint32: 0, bool: 0, fixed32: 5, float: 5, double: 1 };
const DEFAULTS: Readonly<Record<string, unknown>> = { bool: false, string: "", bytes: new Uint8Array(0) };

/** Decodes and checks magic, SHA-256 and version. Throws a `ModelError` that says at which byte the file is wrong. */
export async function decodeFile(bytes: Uint8Array): Promise<Network> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 5 || view.getUint32(1, true) !== MAGIC) {
    throw new ModelError("not an espalier network: the file does not begin with ESPN");
  }
  const file = new Reader(bytes, view).message("File", 0, bytes.length) as unknown as File;
  const actual = await sha256(file.network);
  if (file.sha256.length !== 32 || !actual.every((byte, i) => byte === file.sha256[i])) {
    throw new ModelError("the contents do not match their SHA-256: the file is damaged; fetch or compile it again");
  }
  return decodeNetwork(file.network);
}

/** Decodes the inner message. */
export function decodeNetwork(bytes: Uint8Array): Network {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const network = new Reader(bytes, view).message("Network", 0, bytes.length) as unknown as Network;
  if (network.version !== VERSION) {
    throw new ModelError(`format version ${network.version}, this reader knows ${VERSION}; compile the network again`);
  }
  return network;
}

type Message = Record<string, unknown>;

class Reader {
  #at = 0;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;

  constructor(bytes: Uint8Array, view: DataView) {
    this.#bytes = bytes;
    this.#view = view;
  }

  message(type: string, from: number, end: number): Message {
    const rows = MESSAGES[type]!;
    const result = emptyMessage(type);
    let last = 0;
    this.#at = from;
    while (this.#at < end) {
      const tag = this.#varint(end);
      const [field, wire] = [tag >>> 3, tag & 7];
      const row = rows[field];
      if (!row) this.#fail(`${type} has no field ${field}`);
      const [name, kind, repeated, , oneof] = row;
      if (field < last || (field === last && !(repeated && this.#isLong(kind)))) {
        this.#fail(`field ${field} of ${type} is out of order`);
      }
      last = field;
      const value = repeated ? this.#repeated(kind, wire, end) : this.#single(kind, wire, end);
      if (oneof) this.#setOneof(result, type, name, value as Message);
      else if (repeated && this.#isLong(kind)) (result[name] as unknown[]).push(value);
      else result[name] = value;
    }
    checkComplete(result, type);
    return result;
  }

  #setOneof(result: Message, type: string, name: string, value: Message): void {
    if (result["op"]) this.#fail(`${type} has two kinds`);
    result["op"] = { type: name, ...value };
  }

  /** Whether values of this kind carry their own length. */
  #isLong(kind: string | readonly string[]): boolean {
    return typeof kind === "string" && WIRE[kind] === undefined;
  }

  #single(kind: string | readonly string[], wire: number, end: number): unknown {
    const expected = typeof kind === "string" ? (WIRE[kind] ?? 2) : 0;
    if (wire !== expected) this.#fail(`wire type ${wire} where ${expected} belongs`);
    return this.#isLong(kind) ? this.#long(kind as string, end) : this.#scalar(kind, end);
  }

  #repeated(kind: string | readonly string[], wire: number, end: number): unknown {
    if (this.#isLong(kind)) return this.#single(kind, wire, end);
    if (wire !== 2) this.#fail("repeated numbers must be packed");
    const stop = this.#length(end);
    const values: unknown[] = [];
    while (this.#at < stop) values.push(this.#scalar(kind, stop));
    return values;
  }

  #long(kind: string, end: number): unknown {
    const stop = this.#length(end);
    const from = this.#at;
    if (kind === "bytes" || kind === "string") {
      this.#at = stop;
      const bytes = this.#bytes.subarray(from, stop);
      return kind === "bytes" ? bytes : this.#text(bytes);
    }
    return this.message(kind, from, stop);
  }

  #text(bytes: Uint8Array): string {
    try {
      return UTF8.decode(bytes);
    } catch {
      return this.#fail("text that is not UTF-8");
    }
  }

  #length(end: number): number {
    const length = this.#varint(end);
    if (length > end - this.#at) this.#fail(`${length} bytes announced, ${end - this.#at} left`);
    return this.#at + length;
  }

  #scalar(kind: string | readonly string[], end: number): unknown {
    if (typeof kind !== "string")
      return kind[this.#varint(end)] ?? this.#fail(`a value that is none of ${kind.join(", ")}`);
    switch (kind) {
      case "uint32":
        return this.#varint(end);
      case "sint32": {
        const raw = this.#varint(end);
        return (raw >>> 1) ^ -(raw & 1);
      }
      case "bool":
        return [false, true][this.#varint(end)] ?? this.#fail("a truth value that is neither 0 nor 1");
      case "float":
        return this.#view.getFloat32(this.#take(4, end), true);
      case "fixed32":
        return this.#view.getUint32(this.#take(4, end), true);
      default:
        return this.#view.getFloat64(this.#take(8, end), true);
    }
  }

  #take(count: number, end: number): number {
    if (count > end - this.#at) this.#fail(`${count} bytes expected, ${end - this.#at} left`);
    this.#at += count;
    return this.#at - count;
  }

  #varint(end: number): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.#bytes[this.#take(1, end)]!;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) {
        if (value > 0xffffffff || (byte === 0 && shift > 0)) break;
        return value;
      }
    }
    return this.#fail("a number of more than 32 bits, or written longer than it needs to be");
  }

  #fail(message: string): never {
    throw new ModelError(`damaged network: ${message}, at byte ${this.#at}`);
  }
}

/** The message with every default in place. */
function emptyMessage(type: string): Message {
  const result: Message = {};
  for (const [name, kind, repeated, , oneof] of Object.values(MESSAGES[type]!)) {
    if (oneof) continue;
    if (repeated) result[name] = [];
    else if (typeof kind !== "string") result[name] = kind[0];
    else if (MESSAGES[kind]) result[name] = undefined;
    else result[name] = DEFAULTS[kind] ?? 0;
  }
  return result;
}

function checkComplete(message: Message, type: string): void {
  const rows = Object.values(MESSAGES[type]!);
  for (const [name, , , required] of rows) {
    if (required && message[name] === undefined) throw new ModelError(`damaged network: ${type} without ${name}`);
  }
  if (rows.some(([, , , , oneof]) => oneof) && message["op"] === undefined) {
    throw new ModelError(`damaged network: ${type} without a kind`);
  }
}
