/** The command line, run inside the test's own process, and files for it. */
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { encode } from "fast-png";
import { main } from "../../src/cli/main.js";
import type { Graph, Shape } from "../../src/graph/graph.js";
import { sizeOf } from "../../src/graph/graph.js";
import { GraphBuilder, resnet } from "../../src/models/index.js";
import { exportOnnx } from "../../src/onnx/export.js";
import { uniform } from "../../src/random.js";
import { temporaryFolder as makeFolder } from "../temporary-folder.js";

export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs one command line and catches what it prints. */
export async function espalier(...words: readonly string[]): Promise<Ended> {
  const printed = { stdout: "", stderr: "" };
  const original = { stdout: process.stdout.write, stderr: process.stderr.write };
  for (const stream of ["stdout", "stderr"] as const) {
    process[stream].write = (text: string | Uint8Array) => {
      printed[stream] += text.toString();
      return true;
    };
  }
  try {
    const code = await main(words);
    return { code, out: printed.stdout, err: printed.stderr };
  } finally {
    process.stdout.write = original.stdout;
    process.stderr.write = original.stderr;
  }
}

/** The same for a command that must succeed; returns what it prints. */
export async function succeeds(...words: readonly string[]): Promise<string> {
  const { code, out, err } = await espalier(...words);
  assert.is(code, 0, err);
  assert.is(err, "");
  return out;
}

/** With `--json`: one object on one line. */
// oxlint-disable-next-line no-explicit-any -- tests look at what is inside
export async function json(...words: readonly string[]): Promise<any> {
  const out = await succeeds(...words, "--json");
  assert.is(out.trimEnd().split("\n").length, 1);
  return JSON.parse(out);
}

/** A folder that is gone when the process ends, and the paths of files in it. */
export function temporaryFolder(): { readonly path: string; at(...names: readonly string[]): string } {
  const path = makeFolder();
  return { path, at: (...names) => join(path, ...names) };
}

/** Every file below a folder, with its contents. */
export function contents(folder: string): Map<string, string> {
  const names = (readdirSync(folder, { recursive: true }) as string[]).sort();
  const read = (path: string) => (statSync(path).isDirectory() ? "folder" : readFileSync(path, "base64"));
  return new Map(names.map((name) => [name, read(join(folder, name))]));
}

/** The command must end with this exit code and a message of one line (hints in brackets may follow), and must not leave anything behind. */
export async function refuses(folder: string, words: readonly string[], code: number, message: RegExp): Promise<void> {
  const before = contents(folder);
  const ended = await espalier(...words);
  const said = `${words.join(" ")}\n${ended.code}: ${ended.err}`;
  assert.is(ended.code, code, said);
  assert.is(ended.out, "", said);
  assert.match(ended.err, message, said);
  assert.not.match(ended.err, /\n\s+at |Error:|unexpected error|undefined|\[object/, said);
  const [, ...hints] = ended.err.trimEnd().split("\n");
  assert.ok(
    hints.every((hint) => /^\(.*\)$/.test(hint)),
    said,
  );
  assert.equal(contents(folder), before, `${said}\nleft something behind`);
}

export const SIDE = 8;
export const CLASSES = 4;

/** A picture in, four classes out. */
export const classifier = (seed = 1): Graph => resnet({ depth: 8, width: 4, size: SIDE, classes: CLASSES, seed });

/** Two vectors in, two out, with names that are no file names. */
export function twoEnds(): Graph {
  const b = new GraphBuilder(1);
  const [left, right] = [b.input("a", [1, 3]), b.input("b:0", [1, 3])];
  return b.build("two ends", [b.node("sum/of:both", "add", {}, [left, right]), b.relu("x y", left)]);
}

export function writeOnnx(path: string, graph: Graph): string {
  writeFileSync(path, exportOnnx(graph));
  return path;
}

/** Numbers 0 to 255 as NumPy saves them, of any integer type of one byte or eight. */
export function writeIntegers(
  path: string,
  shape: Shape,
  descr: "|u1" | "<i8",
  numberAt: (i: number) => number,
): string {
  const header = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape.join(", ")},), }\n`;
  const numbers = Array.from({ length: sizeOf(shape) }, (_, i) => numberAt(i));
  const data =
    descr === "|u1" ? Uint8Array.from(numbers) : new Uint8Array(BigInt64Array.from(numbers.map(BigInt)).buffer);
  const start = Buffer.from([0x93, ...Buffer.from("NUMPY"), 1, 0, header.length, 0]);
  writeFileSync(path, Buffer.concat([start, Buffer.from(header, "latin1"), data]));
  return path;
}

export function bytesOf(count: number, seed = 1): Uint8Array {
  const next = uniform(seed);
  return Uint8Array.from({ length: count }, () => Math.floor(256 * next()));
}

export function writePng(path: string, width: number, height: number, pixels: Uint8Array): string {
  writeFileSync(
    path,
    encode({ width, height, data: pixels, channels: (pixels.length / width / height) as 1 | 3, depth: 8 }),
  );
  return path;
}

/** As many records of CIFAR-10's binary form; labels 0 to 3 in turn. */
export function writeCifar(path: string, records: number, seed = 1): string {
  const file = bytesOf(records * 3073, seed);
  for (let i = 0; i < records; i++) file[i * 3073] = i % CLASSES;
  writeFileSync(path, file);
  return path;
}
