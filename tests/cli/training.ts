/** Runs of the verbs that train, for tests: networks and sets that take no time. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import type { Graph } from "../../src/graph/graph.js";
import { resnet } from "../../src/models/index.js";
import { espalier } from "./command-line.js";

/** For glyphs, 8 x 8 and ten classes. */
export const smallNetwork = (seed = 1): Graph => resnet({ depth: 8, width: 4, size: 8, classes: 10, seed });

export interface Trained {
  // oxlint-disable-next-line no-explicit-any -- tests look at what is inside
  readonly epochs: readonly any[];
  // oxlint-disable-next-line no-explicit-any -- as above
  readonly last: any;
  readonly err: string;
}

/** A run that must succeed, with --json: a line for each epoch and a last one. */
export async function trains(...words: readonly string[]): Promise<Trained> {
  const { code, out, err } = await espalier(...words, "--json");
  assert.is(code, 0, err);
  const lines = out
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  return { epochs: lines.slice(0, -1), last: lines.at(-1), err };
}

/** Starts a run in a process of its own and presses Ctrl-C when the first epoch is through. */
export async function interrupt(...words: readonly string[]): Promise<{ readonly code: number; readonly err: string }> {
  const launcher = fileURLToPath(new URL("../../../bin/espalier.js", import.meta.url));
  const child = spawn(process.execPath, [launcher, ...words, "--json"]);
  let err = "";
  child.stderr.on("data", (text) => (err += text));
  child.stdout.once("data", () => child.kill("SIGINT"));
  const [code] = (await once(child, "close")) as [number];
  return { code, err };
}
