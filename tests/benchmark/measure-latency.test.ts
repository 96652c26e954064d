import { suite } from "uvu";
import * as assert from "uvu/assert";
import { checkLatencyTable } from "../../src/benchmark/latency-table.js";
import { measureLatencyTable } from "../../src/benchmark/measure-latency.js";
import { planGrids } from "../../src/benchmark/grid.js";
import { timedLayers } from "../../src/benchmark/timed-layers.js";
import { compile } from "../../src/compile/encode.js";
import type { Graph } from "../../src/graph/graph.js";
import { GraphBuilder, mobilenetV2, resnet, vgg } from "../../src/models/index.js";
import { decodeFile } from "../../src/runtime/decode.js";
import { loadNetwork, type Session } from "../../src/runtime/index.js";
import { verifyAnyNetwork } from "../../src/runtime/verify-any.js";
import { openGraph } from "../../src/measure/runner.js";

const test = suite("benchmark/measure-latency");

async function layersOf(graph: Graph) {
  const network = await decodeFile(compile(graph));
  return timedLayers(network, verifyAnyNetwork(network));
}

const residual = () => resnet({ depth: 8, width: 8, size: 8, classes: 4 });
const plan = { multiple: 2, samples: 1, milliseconds: 1000 };

test("timed layers stand in the order of the session's", async () => {
  for (const graph of [residual(), vgg({ layers: [4, "pool", 4], size: 8, hidden: [4], classes: 3 })]) {
    const layers = await layersOf(graph);
    const session = await openGraph(graph);
    assert.equal(
      layers.map(({ name }) => name),
      session.layers.map(({ name }) => name.split(" + ")[0]),
    );
    session.layers.forEach(({ type, kernel }, i) => {
      const expected = type === "convolution" ? (kernel.startsWith("depthwise") ? 1 : 2) : type === "dense" ? 2 : 0;
      assert.is(layers[i]!.axes, expected, layers[i]!.form);
    });
  }
});

test("forms leave widths out, and say all else", async () => {
  const layers = await layersOf(residual());
  const forms = new Map(layers.map(({ name, form, sizes }) => [name, { form, sizes }]));
  const found = [...forms.values()].filter(({ form }) => form === "convolution 1x8x8 3x3 strides 1x1 pads 1x1x1x1");
  assert.ok(found.some(({ sizes }) => sizes.join() === "3,8") && found.some(({ sizes }) => sizes.join() === "8,8"));
  assert.ok([...forms.values()].some(({ form }) => form === "dense 1 rows"));
  const thin = (await layersOf(mobilenetV2({ stages: [[1, 4, 1, 1]], stem: 4, head: 10, size: 16, classes: 4 }))).find(
    ({ axes }) => axes === 1,
  );
  assert.match(thin!.form, /^convolution 1x\d+x\d+ 3x3 strides .* 1 for each channel$/);
});

test("a gather that runs within a convolution is its width, and takes no time of its own", async () => {
  const b = new GraphBuilder(1);
  const trunk = b.conv("trunk", b.input("x", [1, 3, 8, 8]), 6, 3);
  const some = b.node("some", "gather", { axis: 1, indices: [0, 2, 5] }, [trunk]);
  const layers = await layersOf(b.build("gathered", [b.conv("reader", some, 4, 3)]));
  assert.equal(
    layers.map(({ name, sizes, input }) => [name, sizes, input]),
    [
      ["trunk", [3, 6], [1, 3, 8, 8]],
      ["reader", [3, 4], [1, 3, 8, 8]],
    ],
  );
});

test("grids hold the layers' own widths, multiples, and a single channel", async () => {
  const layers = await layersOf(residual());
  const plans = planGrids(
    layers,
    layers.map(() => 0.001),
    plan,
  );
  for (const { layer, widths, points } of plans) {
    const own = layers.filter(({ form }) => form === layer.form);
    for (const { sizes } of own) widths.forEach((list, axis) => assert.ok(list.includes(sizes[axis]!), layer.form));
    widths.forEach((list, axis) => {
      for (const width of list) assert.ok(width === 1 || width % 2 === 0 || own.some((o) => o.sizes[axis] === width));
      assert.equal(
        [...list],
        [...new Set(list)].sort((a, b) => a - b),
      );
    });
    assert.is(
      points.length,
      widths.reduce((product, list) => product * list.length, 1),
    );
  }
  assert.is(new Set(plans.map(({ layer }) => layer.form)).size, plans.length);
});

test("inputs and outputs of the network keep their widths", async () => {
  const layers = await layersOf(vgg({ layers: [4, "pool", 4], size: 8, hidden: [], classes: 3 }));
  const plans = planGrids(
    layers,
    layers.map(() => 0.001),
    plan,
  );
  assert.equal(plans.at(-1)!.widths[1], [3], "classes");
  const alone = await layersOf(vgg({ layers: [4], size: 8, hidden: [4], classes: 3 }));
  assert.equal(
    planGrids(
      alone,
      alone.map(() => 0.001),
      plan,
    )[0]!.widths[0],
    [3],
    "colours",
  );
});

test("what takes long gets a coarser grid", async () => {
  const layers = await layersOf(residual());
  const count = (ms: number) =>
    planGrids(
      layers,
      layers.map(() => ms),
      plan,
    ).reduce((sum, { points }) => sum + points.length, 0);
  assert.ok(count(100) < count(0.001) && count(1e6) <= count(100));
  assert.ok(count(1e6) >= 4);
});

test("a table of every form that runs, whose sessions are gone", async () => {
  let open = 0;
  const watched: typeof loadNetwork = async (network, options) => {
    const session = await loadNetwork(network, options);
    const end = session.dispose.bind(session);
    open++;
    return Object.assign(session, { dispose: () => (open--, end()) }) as Session;
  };
  const graph = residual();
  const stages: string[] = [];
  const table = await measureLatencyTable(watched, compile(graph), {
    build: "baseline",
    milliseconds: 1,
    platform: { agent: "test", cores: 1 },
    onStage: (stage) => stages.push(stage),
  });
  assert.is(open, 0);
  assert.equal(checkLatencyTable(JSON.parse(JSON.stringify(table)), "table"), table);
  assert.equal([table.build, table.threads, table.network], ["baseline", 1, graph.name]);
  const known = new Set([...table.grids, ...table.rates].map(({ form }) => form));
  for (const { form } of await layersOf(graph)) assert.ok(known.has(form), form);
  for (const { milliseconds } of table.grids) assert.ok(milliseconds.every((ms) => ms > 0));
  assert.equal([...new Set(stages)], ["measuring the network", "measuring layers"]);
});

test("a network of another size, on two threads", async () => {
  const graph = vgg({ layers: [4, "pool"], size: 8, hidden: [], classes: 3 });
  const options = { milliseconds: 1, threads: { count: 2 }, shapes: { input: [2, 3, 8, 8] } };
  const table = await measureLatencyTable(loadNetwork, compile(graph), options);
  assert.is(table.threads, 2);
  assert.ok(table.grids.some(({ form }) => form.startsWith("convolution 2x8x8 ")));
});

test.run();
