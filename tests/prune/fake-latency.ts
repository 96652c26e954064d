/** Latency tables that nothing was measured for: times are a function of widths, the same on every machine. */
import type { LatencyTable } from "../../src/benchmark/latency-table.js";
import { timedLayers } from "../../src/benchmark/timed-layers.js";
import { compile } from "../../src/compile/encode.js";
import type { Graph } from "../../src/graph/graph.js";
import { decodeFile } from "../../src/runtime/decode.js";
import { verifyAnyNetwork } from "../../src/runtime/verify-any.js";

export type Time = (form: string, widths: readonly number[]) => number;

/** As if every product of widths took so long, whatever the pixels. */
export const byProduct: Time = (_form, widths) => widths.reduce((product, width) => product * width, 0.01);

/** A table of everything that the graph runs, at every width up to its own; what has no filter takes so many nanoseconds for each element. */
export async function fakeTable(
  graph: Graph,
  time: Time = byProduct,
  nanosecondsPerElement = 10,
): Promise<LatencyTable> {
  const network = await decodeFile(compile(graph));
  const layers = timedLayers(network, verifyAnyNetwork(network));
  const widest = new Map<string, number[]>();
  for (const { form, sizes, axes } of layers.filter((layer) => layer.axes > 0)) {
    const known = widest.get(form) ?? [0, 0];
    widest.set(
      form,
      sizes.slice(0, axes).map((size, axis) => Math.max(size, known[axis]!)),
    );
  }
  const grids = [...widest].map(([form, most]) => {
    const widths = most.map((width) => Array.from({ length: width }, (_, i) => i + 1));
    const [first, second] = widths as [number[], number[]?];
    const points = first.flatMap((a) => (second ? second.map((b) => [a, b]) : [[a]]));
    return { form, widths, milliseconds: points.map((point) => time(form, point)) };
  });
  const rates = [...new Set(layers.filter(({ axes }) => axes === 0).map(({ form }) => form))];
  return {
    espalierLatency: 1,
    date: "2026-01-01T00:00:00.000Z",
    platform: { agent: "nothing", cores: null },
    ...{ build: "baseline", threads: 1, network: graph.name, milliseconds: 1, overheadMs: 0.01, multiple: 2 },
    grids,
    rates: rates.map((form) => ({ form, nanosecondsPerElement })),
  };
}
