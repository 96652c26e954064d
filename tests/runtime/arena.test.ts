import { suite } from "uvu";
import * as assert from "uvu/assert";
import { uniform } from "../../src/random.js";
import { type Arena, type Buffer, placeBuffers } from "../../src/runtime/arena.js";
import { none, range } from "../ops/oracle.js";

const test = suite("runtime/arena");

const buffer = (bytes: number, from: number, to: number): Buffer => ({ bytes, from, to });

const overlap = (a: number, b: number, sizes: readonly Buffer[], { offsets }: Arena) =>
  offsets[a]! < offsets[b]! + sizes[b]!.bytes && offsets[b]! < offsets[a]! + sizes[a]!.bytes;
const together = (a: Buffer, b: Buffer) => a.from <= b.to && b.from <= a.to;

function faults(buffers: readonly Buffer[], arena: Arena): string[] {
  const found: string[] = [];
  buffers.forEach((b, i) => {
    if (arena.offsets[i]! + b.bytes > arena.bytes) found.push(`${i} reaches over the end`);
    for (let j = 0; j < i; j++) {
      if (b.bytes && buffers[j]!.bytes && together(b, buffers[j]!) && overlap(i, j, buffers, arena))
        found.push(`${i} and ${j} overlap`);
    }
  });
  const moments = buffers.map(({ from }) => from);
  const live = (at: number) => buffers.reduce((sum, b) => sum + (b.from <= at && at <= b.to ? b.bytes : 0), 0);
  if (arena.lowerBound !== Math.max(0, ...moments.map(live))) found.push(`lower bound ${arena.lowerBound}`);
  if (arena.bytes < arena.lowerBound) found.push("smaller than what is alive at once");
  return found;
}

test("nothing, and one buffer", () => {
  assert.equal(placeBuffers([]), { offsets: [], bytes: 0, lowerBound: 0 });
  assert.equal(placeBuffers([buffer(64, 0, 3)]), { offsets: [0], bytes: 64, lowerBound: 64 });
});

test("memory is used again as soon as its contents do not matter", () => {
  const chain = range(0, 9).map((i) => buffer(64, i, i + 1));
  assert.is(placeBuffers(chain).bytes, 128);
  assert.is(placeBuffers([buffer(64, 0, 1), buffer(64, 2, 3)]).bytes, 64);
});

test("both ends of a lifetime count", () => {
  assert.is(placeBuffers([buffer(64, 0, 1), buffer(64, 1, 2)]).bytes, 128);
});

test("2,000 random sets never overlap and never beat the lower bound", () => {
  const complaints: string[] = [];
  for (const seed of range(1, 2000)) {
    const next = uniform(seed);
    const buffers = Array.from({ length: 1 + Math.floor(24 * next()) }, () => {
      const from = Math.floor(12 * next()) - 1;
      const bytes = next() < 0.1 ? 0 : 64 * Math.floor(1 + 20 * next() ** 2);
      return buffer(bytes, from, from + Math.floor(6 * next()));
    });
    complaints.push(...faults(buffers, placeBuffers(buffers)).map((fault) => `seed ${seed}: ${fault}`));
  }
  none(complaints);
});

test.run();
