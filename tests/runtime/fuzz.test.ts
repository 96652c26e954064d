/** Files broken at random, but so that they still look like files: only an `EspalierError` may come out, and soon. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { compile } from "../../src/compile/encode.js";
import { EspalierError } from "../../src/errors.js";
import { espalier } from "../../src/gen/network-proto.js";
import { uniform } from "../../src/random.js";
import { decodeFile } from "../../src/runtime/decode.js";
import { load } from "../../src/runtime/index.js";
import { sizeOf } from "../../src/runtime/shape.js";
import { BUILD } from "../ops/oracle.js";
import { ABOUT, everyLayer, thinned, tiny } from "./samples.js";
import { fileOf, networkOf } from "./wire.js";

const test = suite("runtime/fuzz");

const CASES = 3000;
const MAX_BYTES = 1 << 24;
const NETWORKS = [{ ...everyLayer(), about: ABOUT }, everyLayer(), thinned(), tiny()].map((graph) =>
  networkOf(compile(graph)),
);

/** Numbers at which something could turn. */
const NUMBERS = [0, 1, 2, 3, 4, 5, 7, 8, 9, 16, 63, 64, 255, 256, 65_535, 65_536, 2 ** 24 - 1, 2 ** 24, 2 ** 24 + 1];
const LARGE = [2 ** 28, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, -1, -2, -(2 ** 31), 0.5, NaN, Infinity, -Infinity, 1e38];

type Next = () => number;
type Parts = Record<string | number, unknown>;

const oneOf = <T>(list: readonly T[], next: Next): T => list[Math.floor(list.length * next())]!;

/** Every place of a message tree: a container and the key of what it holds. */
function places(container: Parts, found: [Parts, string][] = []): [Parts, string][] {
  for (const key of Object.keys(container)) {
    const part = container[key];
    found.push([container, key]);
    if (typeof part === "object" && part !== null && !(part instanceof Uint8Array)) places(part as Parts, found);
  }
  return found;
}

const nearby = (number: number, next: Next) =>
  oneOf([number + 1, number - 1, -number, 2 * number, oneOf(NUMBERS, next), oneOf(LARGE, next)], next);

function changedBytes(bytes: Uint8Array, next: Next): Uint8Array {
  if (next() < 0.5) return bytes.slice(0, Math.floor(bytes.length * next()));
  const longer = new Uint8Array(bytes.length + Math.floor(9 * next()));
  longer.set(bytes);
  if (longer.length > 0) longer[Math.floor(longer.length * next())] = 256 * next();
  return longer;
}

function changedList(list: readonly unknown[], next: Next): unknown[] {
  const at = Math.floor(list.length * next());
  const edits: (() => unknown[])[] = [
    () => list.toSpliced(at, 1),
    () => list.toSpliced(at, 0, ...list.slice(at, at + 1)),
    () => list.toReversed(),
    () => [],
    () => [...list, ...list],
  ];
  return oneOf(edits, next)();
}

/** One place changed after its kind. */
function mutate(root: Parts, next: Next): void {
  const [container, key] = oneOf(places(root), next);
  const part = container[key];
  if (part instanceof Uint8Array) container[key] = changedBytes(part, next);
  else if (typeof part === "number") container[key] = nearby(part, next);
  else if (typeof part === "boolean") container[key] = !part;
  else if (typeof part === "string") container[key] = oneOf(["", "x", `${part}\0`, "__proto__", part.repeat(2)], next);
  else if (Array.isArray(part)) container[key] = changedList(part, next);
  else if (Array.isArray(container)) container.splice(Number(key), 1);
  else if (next() < 0.3) delete container[key];
  else swapKinds(container, key, next);
}

/** What stood in one field stands in another: layers of the wrong kind. */
function swapKinds(container: Parts, key: string, next: Next): void {
  const other = oneOf(Object.keys(container), next);
  [container[key], container[other]] = [container[other], container[key]];
}

function broken(seed: number): Uint8Array | undefined {
  const next = uniform(seed);
  const network = espalier.Network.decode(oneOf(NETWORKS, next));
  for (let count = 1 + Math.floor(3 * next()); count > 0; count--) mutate(network as unknown as Parts, next);
  try {
    return fileOf(flipped(espalier.Network.encode(network).finish(), next));
  } catch {
    // The encoder wants another type at this place.
    return undefined;
  }
}

/** Now and then a bit of the bytes themselves, too. */
function flipped(bytes: Uint8Array, next: Next): Uint8Array {
  if (next() < 0.7 || bytes.length === 0) return bytes;
  const copy = Uint8Array.from(bytes);
  copy[Math.floor(copy.length * next())]! ^= 1 << Math.floor(8 * next());
  return copy;
}

/** Whether a run is short: a sound file may ask for more work than a test has time for. */
async function isShort(file: Uint8Array, macs: number): Promise<boolean> {
  const { layers } = await decodeFile(file);
  const largest = Math.max(...layers.map(({ op }) => (op.type === "pool" ? sizeOf(op.kernel) : 1)));
  return macs < 1e7 && largest < 1000;
}

test(`${CASES} broken files are refused, or load and run`, async () => {
  const counts = { refused: 0, ran: 0, unwritten: 0 };
  for (let seed = 1; seed <= CASES; seed++) {
    const file = broken(seed);
    if (!file) {
      counts.unwritten++;
      continue;
    }
    const start = performance.now();
    try {
      const session = await load(file, { build: BUILD, maxBytes: MAX_BYTES });
      const inputs = session.inputs.map(
        ({ name, shape }) => [name, new Float32Array(sizeOf(shape)).fill(0.5)] as const,
      );
      if (await isShort(file, session.macs)) session.run(Object.fromEntries(inputs));
      counts.ran++;
    } catch (error) {
      assert.instance(error, EspalierError, `seed ${seed}: ${String((error as Error).stack)}`);
      counts.refused++;
    }
    assert.ok(performance.now() - start < 60_000, `seed ${seed} took ${performance.now() - start} ms`);
  }
  assert.ok(counts.refused > CASES / 2 && counts.ran > CASES / 50, JSON.stringify(counts));
});

test.run();
