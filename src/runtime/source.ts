/** The bytes of a network, from wherever a caller has them. */
import { ModelError, RequestError } from "../errors.js";

/** A compiled network; a `Response` is read as it arrives. */
export type NetworkSource = Uint8Array | ArrayBuffer | Response;

export interface ReadOptions {
  /** Refuse more bytes than this. */
  readonly maxBytes?: number | undefined;
  /** Hears how many bytes of a `Response` are there, of how many; of an unknown number where the server does not say. */
  readonly onProgress?: ((bytes: number, total: number | undefined) => void) | undefined;
  /** Ends the reading of a `Response`; `load` then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Throws a `ModelError` where a response failed or broke off, a `RequestError` where it is longer than `maxBytes`, of which no
 * more than that is read.
 */
export async function readSource(source: NetworkSource, options: ReadOptions = {}): Promise<Uint8Array> {
  if (source instanceof Uint8Array) return source;
  if (source instanceof ArrayBuffer) return new Uint8Array(source);
  if (typeof source?.arrayBuffer === "function") return readResponse(source, options);
  throw new RequestError(`load: expected a Uint8Array, an ArrayBuffer or a Response, got ${typeof source}`);
}

async function readResponse(response: Response, options: ReadOptions): Promise<Uint8Array> {
  const { maxBytes = Infinity, onProgress, signal } = options;
  if (!response.ok) throw new ModelError(`HTTP ${response.status} ${response.statusText}`, response.url);
  const total = announcedBytes(response);
  if (total !== undefined && total > maxBytes)
    throw new RequestError(`${total} bytes announced, the limit is ${maxBytes}`, response.url);
  const reader = response.body?.getReader();
  const growing = new Growing(total ?? 0);
  try {
    for (;;) {
      signal?.throwIfAborted();
      const { value } = (await reader?.read()) ?? {};
      if (!value) break;
      growing.append(value);
      if (growing.length > maxBytes) {
        throw new RequestError(`more than ${maxBytes} bytes came, which is the limit`, response.url);
      }
      onProgress?.(growing.length, total);
    }
  } catch (error) {
    reader?.cancel().catch(() => {});
    if (signal?.aborted || error instanceof RequestError) throw error;
    const came = `the response broke off after ${growing.length} of ${total ?? "unknown"} bytes`;
    throw new ModelError(`${came} (${String(error)}); fetch it again`, response.url, { cause: error });
  }
  return growing.bytes();
}

/** How long a response will be; unknown where the server does not say, or says it of what is compressed. */
function announcedBytes({ headers }: Response): number | undefined {
  const length = headers.get("content-length");
  return length === null || headers.has("content-encoding") ? undefined : Number(length);
}

/** The most that is set aside because a server says so. */
const TRUSTED_BYTES = 2 ** 26;

/** Bytes that come in pieces. */
class Growing {
  length = 0;
  #bytes: Uint8Array;

  constructor(expected: number) {
    this.#bytes = new Uint8Array(Math.min(expected, TRUSTED_BYTES));
  }

  append(piece: Uint8Array): void {
    const { length } = this;
    this.length += piece.length;
    if (this.length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.length, 2 * length));
      larger.set(this.#bytes.subarray(0, length));
      this.#bytes = larger;
    }
    this.#bytes.set(piece, length);
  }

  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.length);
  }
}
