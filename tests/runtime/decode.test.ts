import { suite } from "uvu";
import * as assert from "uvu/assert";
import { compile } from "../../src/compile/encode.js";
import { MESSAGES } from "../../src/gen/network.js";
import { espalier } from "../../src/gen/network-proto.js";
import type { Graph } from "../../src/graph/graph.js";
import { mobilenetV2, resnet, vgg } from "../../src/models/index.js";
import { decodeFile } from "../../src/runtime/decode.js";
import { load } from "../../src/runtime/index.js";
import { ABOUT, everyLayer, thinned, tiny } from "./samples.js";
import { type Bytes, fileOf, float, long, networkOf, packed, refuses, text, uint } from "./wire.js";

const test = suite("runtime/decode");

// ---- what both decoders read ----

type Fields = Readonly<Record<string, unknown>>;

/** What our decoder should make of a message of protobufjs: enums by name, absent messages undefined, one `op`. */
function translate(type: string, message: Fields): Fields {
  const result: Record<string, unknown> = {};
  for (const [name, kind, repeated, , oneof] of Object.values(MESSAGES[type]!)) {
    const value = message[name];
    const one = (item: unknown): unknown => {
      if (typeof kind !== "string") return kind[item as number];
      return MESSAGES[kind] && item
        ? translate(kind, item as Fields)
        : kind === "bytes"
          ? [...(item as Uint8Array)]
          : item;
    };
    if (oneof && value) result["op"] = { type: name, ...(one(value) as Fields) };
    else if (!oneof) result[name] = repeated ? (value as unknown[]).map(one) : (one(value) ?? undefined);
  }
  return result;
}

/** Bytes as lists, so that a Buffer equals a Uint8Array. */
const plain = (value: unknown): unknown => {
  if (value instanceof Uint8Array) return [...value];
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, plain(part)]));
};

const small: Readonly<Record<string, () => Graph>> = {
  "every layer": everyLayer,
  "every layer, with all that is known about it": () => ({ ...everyLayer(), about: ABOUT }),
  thinned,
  resnet: () => resnet({ depth: 8, width: 4, size: 8 }),
  vgg: () => vgg({ layers: [4, "pool", 6], size: 8, hidden: [8] }),
  mobilenet: () =>
    mobilenetV2({
      stages: [
        [1, 4, 1, 1],
        [6, 8, 2, 2],
      ],
      stem: 4,
      head: 16,
      size: 16,
      classes: 5,
    }),
};

for (const [title, graph] of Object.entries(small)) {
  for (const weights of ["f32", "f16"] as const) {
    test(`reads what protobufjs reads: ${title}, ${weights}`, async () => {
      const file = compile(graph(), { weights });
      const reference = espalier.Network.decode(networkOf(file));
      const expected = translate("Network", reference as unknown as Fields);
      assert.equal(plain(await decodeFile(file)), plain(expected));
    });
  }
}

test("the samples have every type of layer", async () => {
  const types = (await decodeFile(compile(everyLayer()))).layers.map(({ op }) => op.type);
  const all = Object.values(MESSAGES["Layer"]!).filter(([, , , , oneof]) => oneof);
  // A batch norm is folded where it can be; here it cannot, so that a scale stands in the file.
  assert.equal(
    all.map(([name]) => name).filter((name) => !types.includes(name as never)),
    [],
  );
});

test("weights stay views of the file", async () => {
  const file = compile(tiny());
  const [layer] = (await decodeFile(file)).layers;
  assert.ok(layer?.op.type === "dense" && layer.op.filter.data.buffer === file.buffer);
});

test("a file that lies somewhere in a larger buffer is read", async () => {
  const file = compile(tiny());
  const larger = new Uint8Array(file.length + 9);
  larger.set(file, 5);
  const there = await decodeFile(larger.subarray(5, 5 + file.length));
  assert.equal(plain(there), plain(await decodeFile(file)));
});

// ---- damage that any file can suffer ----

test("a file that is cut off at any byte is refused", async () => {
  const file = compile(tiny());
  for (let length = 0; length < file.length; length++) await refuses(() => load(file.subarray(0, length)));
});

test("a file with any one bit flipped is refused", async () => {
  const file = compile(tiny());
  for (let bit = 0; bit < 8 * file.length; bit++) {
    const broken = Uint8Array.from(file);
    broken[bit >> 3]! ^= 1 << (bit & 7);
    await refuses(() => load(broken));
  }
});

test("a network that is cut off at any byte is refused, whatever its SHA-256 says", async () => {
  const network = networkOf(compile(tiny()));
  for (let length = 0; length < network.length; length++)
    await refuses(() => load(fileOf(network.subarray(0, length))));
});

test("bytes behind a file are refused", async () => {
  const file = compile(tiny());
  for (const extra of [[0], [0x1a, 0], [0x20, 0]]) await refuses(() => load(Uint8Array.from([...file, ...extra])));
});

const WHOLE: readonly (readonly [title: string, file: () => Uint8Array, message: RegExp])[] = [
  ["nothing", () => new Uint8Array(0), /not an espalier network/],
  [
    "some other format",
    () => new TextEncoder().encode("PK\x03\x04 and so on, for a while"),
    /does not begin with ESPN/,
  ],
  [
    "a wrong SHA-256",
    () =>
      espalier.File.encode({
        magic: 0x4e505345,
        sha256: new Uint8Array(32),
        network: networkOf(compile(tiny())),
      }).finish(),
    /do not match their SHA-256/,
  ],
  [
    "a SHA-256 of 31 bytes",
    () =>
      espalier.File.encode({
        magic: 0x4e505345,
        sha256: new Uint8Array(31),
        network: networkOf(compile(tiny())),
      }).finish(),
    /do not match their SHA-256/,
  ],
  [
    "no SHA-256",
    () => espalier.File.encode({ magic: 0x4e505345, network: networkOf(compile(tiny())) }).finish(),
    /do not match their SHA-256/,
  ],
  [
    "no network",
    () => espalier.File.encode({ magic: 0x4e505345, sha256: new Uint8Array(32) }).finish(),
    /do not match their SHA-256/,
  ],
];

for (const [title, file, message] of WHOLE) test(`refuses ${title}`, () => refuses(() => load(file()), message));

// ---- spellings that no encoder chooses ----

const INPUT = long(3, text(1, "x"), packed(2, 1, 2));
const CLIP = long(9, float(1, 0), float(2, 6));
const LAYER = long(4, text(1, "r"), packed(2, 0), CLIP);
const OUTPUT = long(5, text(1, "y"), uint(2, 1));
const TASK = long(7);
const VERSION = uint(1, 1);

/** The network x -> clip -> y, with some of its parts replaced. */
function network(
  parts: { version?: Bytes; input?: Bytes; layer?: Bytes; output?: Bytes; task?: Bytes; end?: Bytes } = {},
): Bytes {
  const { version = VERSION, input = INPUT, layer = LAYER, output = OUTPUT, task = TASK, end = [] } = parts;
  return [version, input, layer, output, task, end].flat();
}

test("the network by hand is read and runs", async () => {
  const session = await load(fileOf(network()), { build: "baseline" });
  assert.equal([...session.run({ x: [-1, 9] })["y"]!], [0, 6]);
});

/** A field of every wire type that no message has. */
const UNKNOWN = [
  uint(90, 1),
  float(90, 1),
  [...long(90, [1, 2, 3])],
  [0xd1, 0x05, 0, 0, 0, 0, 0, 0, 0, 0],
  [0xd3, 0x05, 0xd4, 0x05],
];

const layerOf = (...parts: Bytes[]) => network({ layer: long(4, text(1, "r"), packed(2, 0), ...parts) });

const SPELLINGS: readonly (readonly [title: string, network: Bytes, message: RegExp])[] = [
  ["version 2", network({ version: uint(1, 2) }), /format version 2, this reader knows 1/],
  ["no version", network({ version: [] }), /format version 0/],
  ...UNKNOWN.map(
    (field, i) => [`unknown field ${i + 1} at the end`, network({ end: field }), /Network has no field 90/] as const,
  ),
  ["an unknown field inside a message", layerOf(long(9, float(1, 0), float(2, 6), uint(3, 1))), /Clip has no field 3/],
  ["field 0", network({ end: [0x00, 0x00] }), /Network has no field 0/],
  ["fields out of order", network({ version: [], end: VERSION }), /field 1 of Network is out of order/],
  [
    "fields out of order inside a message",
    layerOf(long(9, float(2, 6), float(1, 0))),
    /field 1 of Clip is out of order/,
  ],
  ["lists torn apart", network({ end: OUTPUT }), /field 5 of Network is out of order/],
  ["a field twice", network({ version: [VERSION, VERSION].flat() }), /field 1 of Network is out of order/],
  ["a message twice", network({ task: [TASK, TASK].flat() }), /field 7 of Network is out of order/],
  [
    "packed numbers twice",
    network({ input: long(3, text(1, "x"), packed(2, 1), packed(2, 2)) }),
    /field 2 of Input is out of order/,
  ],
  [
    "a number written longer than it needs to be",
    network({ version: [0x08, 0x81, 0x00] }),
    /written longer than it needs to be/,
  ],
  ["a tag written longer than it needs to be", network({ version: [0x88, 0x00, 0x01] }), /written longer/],
  ["a length written longer than it needs to be", network({ task: [0x3a, 0x80, 0x00] }), /written longer/],
  ["a number of 33 bits", network({ version: [0x08, 0x81, 0x80, 0x80, 0x80, 0x10] }), /more than 32 bits/],
  ["a number of 10 bytes", network({ version: [0x08, ...Array<number>(9).fill(0xff), 0x01] }), /more than 32 bits/],
  [
    "a number that does not end",
    network({ end: [0x42, 0x02, 0x80, 0x80] }),
    /bytes expected, 0 left|out of order|has no field/,
  ],
  [
    "numbers that are not packed",
    network({ input: long(3, text(1, "x"), uint(2, 1), uint(2, 2)) }),
    /repeated numbers must be packed/,
  ],
  ["a wrong wire type", network({ version: float(1, 1) }), /wire type 5 where 0 belongs/],
  ["a message as a number", network({ task: uint(7, 0) }), /wire type 0 where 2 belongs/],
  ["an unused wire type", network({ version: [0x0f, 0x01] }), /wire type 7 where 0 belongs/],
  [
    "a length that reaches over the end of the message",
    network({ layer: [...LAYER.slice(0, -CLIP.length), ...CLIP.with(1, CLIP[1]! + 1)] }),
    /bytes announced/,
  ],
  ["a float that reaches over the end of its message", layerOf([0x4a, 0x03, 0x0d, 0, 0]), /4 bytes expected, 2 left/],
  ["text that is not UTF-8", network({ input: long(3, long(1, [0xff]), packed(2, 1, 2)) }), /text that is not UTF-8/],
  ["an enum out of range", network({ task: long(7, uint(1, 3)) }), /a value that is none of tensors, classes, boxes/],
  ["an enum of 32 bits", network({ task: long(7, uint(1, 0xffffffff)) }), /a value that is none of/],
  ["a truth value of 2", layerOf(long(6, packed(2, 1), uint(3, 2))), /a truth value that is neither 0 nor 1/],
  ["no task", network({ task: [] }), /Network without task/],
  ["a layer without a kind", layerOf(), /Layer without a kind/],
  ["a layer of two kinds", layerOf(CLIP, long(10, uint(1, 0))), /Layer has two kinds/],
  ["a layer of one kind, twice", layerOf(CLIP, CLIP), /out of order/],
  ["a convolution without a filter", layerOf(long(3)), /Convolution without filter/],
  ["a dense layer without a filter", layerOf(long(4)), /Dense without filter/],
  ["a scale without a shift", layerOf(long(8, long(1))), /Scale without shift/],
  ["nothing at all", [], /format version 0|Network without task/],
];

for (const [title, bytes, message] of SPELLINGS) {
  test(`refuses ${title}`, () => refuses(() => load(fileOf(bytes)), message));
}

test("errors say at which byte", () => refuses(() => load(fileOf(network({ end: uint(90, 1) }))), /, at byte \d+$/));

test("a name may hold any text", async () => {
  const name = "größe 漢字 🌳\0";
  const session = await load(fileOf(network({ output: long(5, text(1, name), uint(2, 1)) })), { build: "baseline" });
  assert.equal(Object.keys(session.run({ x: [1, 2] })), [name]);
});

test.run();
