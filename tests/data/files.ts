/** Files for the tests of this folder, and what their errors must look like. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import * as assert from "uvu/assert";
import type { EspalierError } from "../../src/errors.js";

export { temporaryFolder } from "../temporary-folder.js";

export function writeIn(folder: string, name: string, bytes: Uint8Array | string): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

/** `run` must throw this kind of error, and its message must match. */
export function fails(run: () => unknown, Kind: new (message: string) => EspalierError, message: RegExp): void {
  try {
    run();
  } catch (error) {
    assert.instance(error, Kind, String(error));
    assert.match((error as Error).message, message);
    return;
  }
  assert.unreachable(`expected ${Kind.name} ${message}`);
}

export interface PngHeader {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly colourType: number;
  readonly interlace?: number;
}

/** A PNG file from its raw rows (filter bytes included), with any chunks before the data. */
export function pngFile(header: PngHeader, rows: readonly number[], before: readonly Uint8Array[] = []): Uint8Array {
  const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
  const idat = pngChunk("IDAT", deflateSync(Uint8Array.from(rows)));
  return Buffer.concat([signature, headerChunk(header), ...before, idat, pngChunk("IEND", new Uint8Array(0))]);
}

/** A PNG file of one grey pixel. */
export function greyPng(sample: number): Uint8Array {
  return pngFile({ width: 1, height: 1, depth: 8, colourType: 0 }, [0, sample]);
}

function headerChunk({ width, height, depth, colourType, interlace = 0 }: PngHeader): Uint8Array {
  const data = new DataView(new ArrayBuffer(13));
  data.setUint32(0, width);
  data.setUint32(4, height);
  [depth, colourType, 0, 0, interlace].forEach((byte, at) => data.setUint8(8 + at, byte));
  return pngChunk("IHDR", new Uint8Array(data.buffer));
}

export function pngChunk(type: string, data: Uint8Array): Uint8Array {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(checksum(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

/** CRC-32, bit by bit. */
function checksum(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}
