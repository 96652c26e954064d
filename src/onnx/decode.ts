/** Bytes to messages. Whatever is wrong with the bytes comes out as a `ModelError` with the place in the file. */
import protobuf from "protobufjs/minimal.js";
import { ModelError } from "../errors.js";

/** One of the generated message classes. */
export interface Message<T> {
  decode(reader: protobuf.Reader): T;
}

/** `what` completes "not ...": "an ONNX model". */
export function decodeMessage<T>(message: Message<T>, what: string, bytes: Uint8Array): T {
  const reader = new protobuf.Reader(bytes);
  reader.discardUnknown = true;
  try {
    return message.decode(reader);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ModelError(`not ${what}: ${reason} at byte ${reader.pos} of ${bytes.length}`, undefined, {
      cause: error,
    });
  }
}

/** An int64 field as the decoder leaves it: a number where one was written, else an object with two halves. */
export type Int64 = number | { toNumber(): number } | null | undefined;

/** Beyond 2^53 the nearest double: such values only occur as "to the end" in slices. */
export function toNumber(value: Int64): number {
  if (typeof value === "number") return value;
  return value?.toNumber() ?? 0;
}
