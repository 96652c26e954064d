/** Several threads give the bits of one. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { compile } from "../../../src/compile/encode.js";
import { NOTHING_KNOWN } from "../../../src/graph/about.js";
import type { Graph } from "../../../src/graph/graph.js";
import { resnet } from "../../../src/models/index.js";
import { OPS } from "../../../src/ops/index.js";
import { load, type Outputs } from "../../../src/runtime/index.js";
import { sampleGraphs, sampleNetwork } from "../../onnx/sample-graphs.js";
import { BUILD, drawInputs, none } from "../../ops/oracle.js";
import { everyLayer, tiny } from "../samples.js";
import { expected, open, replaced, X } from "../threaded-session.js";

const test = suite("runtime/threads/bits");

/** All graphs side by side in one. */
function together(name: string, graphs: readonly Graph[]): Graph {
  const renamed = graphs.map((graph, i) => {
    const rename = (value: string) => `${i}.${value}`;
    const values = (list: readonly string[]) => list.map(rename);
    return {
      inputs: graph.inputs.map((input) => ({ ...input, name: rename(input.name) })),
      outputs: values(graph.outputs),
      nodes: graph.nodes.map((node) => ({
        ...node,
        name: rename(node.name),
        inputs: values(node.inputs),
        outputs: values(node.outputs),
      })),
      constants: [...graph.constants].map(([value, tensor]) => [rename(value), tensor] as const),
    };
  });
  return {
    name,
    inputs: renamed.flatMap(({ inputs }) => inputs),
    outputs: renamed.flatMap(({ outputs }) => outputs),
    nodes: renamed.flatMap(({ nodes }) => nodes),
    constants: new Map(renamed.flatMap(({ constants }) => constants)),
    about: NOTHING_KNOWN,
  };
}

/** With the first axis of every input so many times as long. */
function larger(graph: Graph, factor: number): Graph {
  const stretch = (shape: readonly number[]) => shape.map((size, axis) => (axis === 0 ? factor * size : size));
  return { ...graph, inputs: graph.inputs.map((input) => ({ ...input, shape: stretch(input.shape) })) };
}

/** Those that are networks: some samples are for the import only, some fit no other size. */
async function loadable(graphs: readonly Graph[]): Promise<readonly Graph[]> {
  const attempts = graphs.map(async (graph) => load(compile(graph), { build: BUILD }));
  const results = await Promise.allSettled(attempts);
  return graphs.filter((_, i) => results[i]!.status === "fulfilled");
}

const samples = [...OPS.keys()].flatMap((op) => sampleGraphs(op));
/** Few rows, of which threads share each, and many, which they share among themselves; most of them no whole vectors. */
const GRAPHS: readonly Graph[] = [
  together("all operators", await loadable([...samples, sampleNetwork(), everyLayer()])),
  together("all operators, larger", await loadable(samples.map((graph) => larger(graph, 7)))),
  resnet({ depth: 8, width: 8 }),
];

test("there is work of every kind, small and larger", () => {
  assert.ok(GRAPHS[0]!.nodes.length > OPS.size);
  assert.ok(GRAPHS[1]!.nodes.length > 0.7 * OPS.size, `${GRAPHS[1]!.nodes.length} of ${OPS.size}`);
});

const numbersFor = (graph: Graph, seed: number) =>
  Object.fromEntries([...drawInputs(graph, seed)].map(([name, { data }]) => [name, data]));

/** The names of outputs whose bits are others. */
function different(expected: Outputs, actual: Outputs): string[] {
  const bits = (numbers: Float32Array) => Buffer.from(numbers.buffer);
  return Object.keys(expected).filter((name) => !bits(expected[name]!).equals(bits(actual[name]!)));
}

/** A race shows in some run or other. */
const RUNS = process.env["ESPALIER_SLOW"] ? 40 : 12;

for (const graph of GRAPHS) {
  for (const count of [2, 3]) {
    test(`${graph.name}: ${count} threads give the bits of one, run after run`, async () => {
      const file = compile(graph);
      const one = await load(file, { build: BUILD });
      const several = await load(file, { build: BUILD, threads: { count } });
      assert.is(several.threads, count);
      const complaints: string[] = [];
      for (let run = 0; run < RUNS; run++) {
        const given = numbersFor(graph, run % 4);
        if (run === RUNS / 2) several.profile(given, 2);
        const names = different(one.run(given), several.run(given));
        complaints.push(...names.map((name) => `run ${run}, output ${name}`));
      }
      several.dispose();
      none(complaints);
    });
  }
}

test("threads that sleep between runs wake up", async () => {
  const session = await open({ count: 2 });
  for (let i = 0; i < 5; i++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(session.run(X), expected);
  }
  session.dispose();
});

test("a thread that may not sleep, as in a page, spins", async () => {
  const refuse = () => {
    throw new TypeError("Atomics.wait cannot be called in this context");
  };
  await replaced(Atomics, "wait", refuse, async () => {
    const session = await open({ count: 3 });
    for (let i = 0; i < 50; i++) assert.equal(session.run(X), expected);
    session.dispose();
  });
});

test("sessions with threads side by side do not disturb each other", async () => {
  const sessions = await Promise.all([2, 3, 2].map((count) => open({ count })));
  for (let i = 0; i < 20; i++) for (const session of sessions) assert.equal(session.run(X), expected);
  sessions.forEach((session) => session.dispose());
});

test("a network without steps runs", async () => {
  const graph: Graph = { ...tiny(), nodes: [], constants: new Map(), outputs: ["x"] };
  const session = await load(compile(graph), { build: BUILD, threads: { count: 2 } });
  for (let i = 0; i < 3; i++) assert.equal(session.run({ x: [i, 2] }), { x: Float32Array.of(i, 2) });
  session.dispose();
});

test.run();
