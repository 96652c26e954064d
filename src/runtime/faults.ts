/** Errors on their way from one thread to another. */
import { DataError, EspalierError, FileError, ModelError, RequestError } from "../errors.js";

/** An error as it can be sent: which class, what it says. */
export interface Fault {
  readonly name: string;
  readonly message: string;
  readonly where: string | undefined;
}

const ERRORS = { DataError, EspalierError, FileError, ModelError, RequestError };

export function faultOf(error: unknown): Fault {
  if (!(error instanceof EspalierError)) return { name: "Error", message: String(error), where: undefined };
  const { name, message, where } = error;
  return { name, message: where === undefined ? message : message.slice(where.length + 2), where };
}

export function errorOf({ name, message, where }: Fault): Error {
  const Class = Object.hasOwn(ERRORS, name) ? ERRORS[name as keyof typeof ERRORS] : undefined;
  return Class ? new Class(message, where) : new Error(message);
}
