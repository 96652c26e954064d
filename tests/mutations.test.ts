/**
 * Models and network files with faults in their structure, from networks that between them have every operator: import, compile,
 * load and run end well or with an `EspalierError`, soon and within bounded memory. ESPALIER_MUTATIONS says how many (default
 * 6,000, half of each kind; 20,000 with ESPALIER_SLOW).
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { compile } from "../src/compile/encode.js";
import { EspalierError } from "../src/errors.js";
import { mobilenetV2, resnet, vgg } from "../src/models/index.js";
import { exportOnnx } from "../src/onnx/export.js";
import { importOnnx } from "../src/onnx/import.js";
import { OPS } from "../src/ops/index.js";
import { uniform } from "../src/random.js";
import { decodeFile } from "../src/runtime/decode.js";
import { load } from "../src/runtime/index.js";
import { sizeOf } from "../src/runtime/shape.js";
import { mutateFile } from "./mutate-network.js";
import { mutateModel } from "./mutate-model.js";
import { type Next, oneOf } from "./mutate-tree.js";
import { buildModel, ints, node } from "./onnx/model-builder.js";
import { sampleGraphs, sampleNetwork } from "./onnx/sample-graphs.js";
import { BUILD } from "./ops/oracle.js";
import { ABOUT, everyLayer, thinned, tiny } from "./runtime/samples.js";

const test = suite("mutations");

const CASES = Number(process.env["ESPALIER_MUTATIONS"] ?? (process.env["ESPALIER_SLOW"] ? 20_000 : 6_000));
const MAX_BYTES = 1 << 28;
const MAX_MS = 60_000;
/** Of the whole process, at the end. */
const MAX_RSS = 4 * 2 ** 30;
const MOST_COMPLAINTS = 10;

const SMALL = [
  { ...everyLayer(), about: ABOUT },
  tiny(),
  thinned(),
  sampleNetwork(),
  resnet({ depth: 8, width: 2, size: 8 }),
  mobilenetV2({ stages: [[2, 3, 1, 2]], stem: 2, head: 4, size: 8, classes: 3 }),
  vgg({ layers: [3, "pool", 4, "pool"], size: 8, hidden: [5], classes: 3 }),
];
const GRAPHS = [...SMALL, ...[...OPS.keys()].flatMap((op) => sampleGraphs(op))];
const FILES = GRAPHS.map((graph) => compile(graph));
// All but the first, whose sizes ONNX has no words for.
const MODELS = GRAPHS.slice(1).map((graph) => exportOnnx(graph));

/** Whether a run is short: a sound network may ask for more work than a test has time for. */
async function isShort(file: Uint8Array, macs: number, bytes: number): Promise<boolean> {
  if (macs > 1e6 || bytes > 1 << 22) return false;
  const { layers } = await decodeFile(file);
  return Math.max(...layers.map(({ op }) => (op.type === "pool" ? sizeOf(op.kernel) : 1))) < 1000;
}

async function loadAndRun(file: Uint8Array): Promise<void> {
  const session = await load(file, { build: BUILD, maxBytes: MAX_BYTES });
  if (await isShort(file, session.macs, session.memory.totalBytes)) {
    const inputs = session.inputs.map(({ name, shape }) => [name, new Float32Array(sizeOf(shape)).fill(0.5)] as const);
    session.run(Object.fromEntries(inputs));
  }
  session.dispose();
}

interface Kind {
  readonly mutate: (next: Next) => Uint8Array | undefined;
  readonly use: (bytes: Uint8Array) => Promise<void>;
}

const KINDS: Readonly<Record<string, Kind>> = {
  onnx: {
    mutate: (next) => mutateModel(oneOf(MODELS, next), next),
    use: (bytes) => loadAndRun(compile(importOnnx(bytes).graph)),
  },
  esp: { mutate: (next) => mutateFile(oneOf(FILES, next), next), use: loadAndRun },
};

/** What is wrong with how one case ended; undefined where nothing is. */
async function complaint({ mutate, use }: Kind, seed: number, counts: Record<string, number>) {
  const bytes = mutate(uniform(seed));
  const start = performance.now();
  let end = "unwritten";
  try {
    if (bytes) await use(bytes);
    if (bytes) end = "sound";
  } catch (error) {
    if (!(error instanceof EspalierError)) return `seed ${seed}: ${error instanceof Error ? error.stack : error}`;
    end = "refused";
  }
  counts[end] = (counts[end] ?? 0) + 1;
  const spent = performance.now() - start;
  return spent > MAX_MS ? `seed ${seed}: ${end} after ${spent} ms` : undefined;
}

for (const [name, kind] of Object.entries(KINDS)) {
  test(`${name}: of ${CASES / 2} each is refused, or sound`, async () => {
    const counts: Record<string, number> = { refused: 0, sound: 0 };
    const complaints: string[] = [];
    for (let seed = 1; seed <= CASES / 2 && complaints.length < MOST_COMPLAINTS; seed++) {
      const found = await complaint(kind, seed, counts);
      if (found) complaints.push(found);
    }
    assert.is(complaints.length, 0, `${JSON.stringify(counts)}\n${complaints.join("\n")}`);
    // Neither everything survives, nor does everything fail at the first check.
    const enough = Math.min(counts["refused"]!, counts["sound"]!) >= CASES / 40;
    assert.ok(enough, JSON.stringify(counts));
    const { rss } = process.memoryUsage();
    assert.ok(rss < MAX_RSS, `${rss} bytes in use at the end`);
  });
}

test("what the mutations found", async () => {
  const pixel = { x: [1, 1, 1, 1] };
  const tiled = (repeats: readonly number[]) =>
    buildModel({ inputs: pixel, nodes: [node("Tile", "x r", "y")], initializers: [ints("r", repeats)] });
  assert.throws(() => importOnnx(tiled([1, 1, 2 ** 40, 1])), /axis 2 to 1099511627776 elements/);
  assert.throws(() => importOnnx(tiled([1, 2 ** 24, 1, 1])), /axis 1 to 16777216 elements/);
  for (const name of ["constructor", "__proto__"]) {
    const renamed = buildModel({ inputs: Object.fromEntries([[name, [1, 2]]]), nodes: [node("Relu", name, "y")] });
    const file = compile(importOnnx(renamed).graph);
    const session = await load(file, { build: BUILD, shapes: {} });
    assert.equal([...session.run(Object.fromEntries([[name, [-1, 2]]]))["y"]!], [0, 2]);
  }
});

test.run();
