/**
 * Faults that a caller can cause, as opposed to bugs. Each message says where, what was expected, what came, and the way out.
 */

/** Any fault in what the caller handed in. `exitCode` is what the command line ends with. */
export class EspalierError extends Error {
  override readonly name: string = "EspalierError";
  readonly exitCode: number = 1;
  /** The node, layer, file or option at fault, if one is. */
  readonly where: string | undefined;
  constructor(message: string, where?: string, options?: ErrorOptions) {
    super(where === undefined ? message : `${where}: ${message}`, options);
    this.where = where;
  }
}

/** A network, or a file that should hold one, is wrong or not supported. */
export class ModelError extends EspalierError {
  override readonly name: string = "ModelError";
  override readonly exitCode: number = 3;
}

/** Data (pictures, labels, tensors) is missing, unreadable or of the wrong shape. */
export class DataError extends EspalierError {
  override readonly name: string = "DataError";
  override readonly exitCode: number = 4;
}

/** A request that cannot be met: an option out of range, a budget too small, a unit that does not exist. */
export class RequestError extends EspalierError {
  override readonly name: string = "RequestError";
  override readonly exitCode: number = 2;
}

/** A file cannot be read or written. */
export class FileError extends EspalierError {
  override readonly name: string = "FileError";
  override readonly exitCode: number = 5;
}

/** Training cannot go on: its numbers are no longer finite. */
export class TrainingError extends EspalierError {
  override readonly name: string = "TrainingError";
  override readonly exitCode: number = 6;
}

/** The user stopped it; the message says what is left and how to go on. */
export class InterruptedError extends EspalierError {
  override readonly name: string = "InterruptedError";
  /** What shells give for SIGINT. */
  override readonly exitCode: number = 130;
}
