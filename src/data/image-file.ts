/** Picture files: which format it is, by its first bytes, and one way in which all of them fail. */
import { DataError } from "../errors.js";
import { decodeJpeg } from "./jpeg.js";
import type { Picture } from "./picture.js";
import { decodePng } from "./png.js";

interface Format {
  readonly name: string;
  readonly magic: readonly number[];
  decode(bytes: Uint8Array, where: string): Picture;
}

const FORMATS: readonly Format[] = [
  { name: "PNG", magic: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a], decode: decodePng },
  { name: "JPEG", magic: [0xff, 0xd8, 0xff], decode: decodeJpeg },
];

const startsWith = (bytes: Uint8Array, magic: readonly number[]): boolean => magic.every((b, at) => bytes[at] === b);

/** Decodes a picture file; `where` names it in errors. */
export function decodeImage(bytes: Uint8Array, where: string): Picture {
  const format = FORMATS.find(({ magic }) => startsWith(bytes, magic));
  if (format === undefined) throw unknownFormat(bytes, where);
  try {
    return format.decode(bytes, where);
  } catch (error) {
    throw error instanceof DataError ? error : damaged(format.name, where, error);
  }
}

function unknownFormat(bytes: Uint8Array, where: string): DataError {
  const names = FORMATS.map(({ name }) => name).join(" or ");
  const hex = Array.from(bytes.subarray(0, 4), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
  const came = bytes.length === 0 ? "an empty file" : `one that starts with ${hex}`;
  return new DataError(`expected a ${names} file, came ${came}; convert the picture to one of these`, where);
}

/** The decoders' own errors name neither the file nor a way out. */
function damaged(format: string, where: string, error: unknown): DataError {
  const reason = error instanceof Error ? error.message : String(error);
  const message = `expected a whole ${format} file, came one that cannot be decoded (${reason}); fetch or save it again`;
  return new DataError(message, where, { cause: error });
}
