import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  type BenchmarkReport,
  benchmarkHandler,
  checkLatencyTable,
  latencyTableHandler,
} from "../../src/benchmark/index.js";
import { compile } from "../../src/compile/encode.js";
import { resnet } from "../../src/models/index.js";
import { load, loadNetwork } from "../../src/runtime/index.js";

const test = suite("benchmark/handler");

const network = new Uint8Array(compile(resnet({ depth: 8, width: 4 })));
const handle = benchmarkHandler(load, [{ name: "own", network }], { build: "baseline" });
const ask = async (query: string, body?: Uint8Array<ArrayBuffer>) => {
  const request = new Request(`http://localhost/${query}`, body ? { method: "POST", body } : {});
  const response = await handle(request);
  return { status: response.status, body: (await response.json()) as BenchmarkReport & { error?: string } };
};

test("GET measures what the handler was made with, as the address says", async () => {
  const { status, body } = await ask("?runs=3&warmUpMs=1");
  assert.is(status, 200);
  assert.equal([body.runs, body.warmUpMs, body.networks.map(({ name }) => name)], [3, 1, ["own"]]);
});

test("POST measures the network in the body besides", async () => {
  const { body } = await ask("?runs=2&warmUpMs=1", network);
  assert.equal(
    body.networks.map(({ name }) => name),
    ["own", "posted"],
  );
});

test("what cannot be measured is answered with the reason; what is too much with the most", async () => {
  assert.equal(await ask("?runs=none&warmUpMs=1"), {
    status: 400,
    body: { error: "runs: expected 1 or more, got NaN" },
  });
  const { status, body } = await ask("?runs=1&warmUpMs=1", network.slice(0, 100));
  assert.is(status, 400);
  assert.match(body.error!, /bytes announced/);
  assert.is((await ask("?runs=100000&warmUpMs=1")).body.runs, 1000);
});

test("a posted network's latency table", async () => {
  const answer = latencyTableHandler(loadNetwork, { build: "baseline", milliseconds: 1 });
  const post = (body: Uint8Array<ArrayBuffer>) => answer(new Request("http://localhost/", { method: "POST", body }));
  const response = await post(network);
  assert.equal([response.status, response.headers.get("content-type")], [200, "application/json"]);
  assert.ok(checkLatencyTable(await response.json(), "answer").grids.length > 0);
  const empty = await answer(new Request("http://localhost/"));
  assert.equal(
    [empty.status, await empty.json()],
    [400, { error: "expected a POST with a compiled network in its body" }],
  );
  assert.is((await post(network.slice(0, 100))).status, 400);
});

test.run();
