/** The benchmark as an endpoint, for Workers and servers of the same shape. */
import { EspalierError, RequestError } from "../errors.js";
import { benchmark, type BenchmarkOptions, type Candidate, type Load } from "./benchmark.js";
import { formatLatencyTable } from "./latency-table.js";
import { type LatencyTableOptions, measureLatencyTable, type OpenNetwork } from "./measure-latency.js";

/**
 * A `fetch` handler: GET measures the candidates, POST the network in the body besides them. Answers with the report as JSON;
 * `?runs=` and `?warmUpMs=` are taken from the address. Where the clock stands still while code runs, as in deployed Workers, times
 * are null, and counters are what there is.
 *
 * @example
 * export default { fetch: benchmarkHandler(load, [{ name: "half", network: new Uint8Array(half) }]) };
 */
export function benchmarkHandler(load: Load, candidates: readonly Candidate[], options: BenchmarkOptions = {}) {
  return answer(async (request) => {
    const posted = request.method === "POST" ? [await networkOf(request)] : [];
    const asked = numbersOf(new URL(request.url).searchParams);
    return Response.json(await benchmark(load, [...candidates, ...posted], { ...options, ...asked }));
  });
}

/**
 * A `fetch` handler that answers a POST of a network with its latency table, for `prune --latency-table`. `open` is `loadNetwork` of
 * the platform's `espalier/runtime`. Where the clock stands still while code runs there is no table, and status 400.
 *
 * @example
 * export default { fetch: latencyTableHandler(loadNetwork) };
 */
export function latencyTableHandler(open: OpenNetwork, options: LatencyTableOptions = {}) {
  return answer(async (request) => {
    if (request.method !== "POST") throw new RequestError("expected a POST with a compiled network in its body");
    const { network } = await networkOf(request);
    const table = await measureLatencyTable(open, network, options);
    return new Response(formatLatencyTable(table), { headers: { "content-type": "application/json" } });
  });
}

/** What callers can be at fault for has status 400 and the reason. */
function answer(work: (request: Request) => Promise<Response>) {
  return async (request: Request): Promise<Response> => {
    try {
      return await work(request);
    } catch (error) {
      if (!(error instanceof EspalierError)) throw error;
      return Response.json({ error: error.message }, { status: 400 });
    }
  };
}

async function networkOf(request: Request): Promise<Candidate> {
  return { name: "posted", network: new Uint8Array(await request.arrayBuffer()) };
}

/** The most that a stranger may ask for. */
const MOST = { runs: 1000, warmUpMs: 10_000 } as const;

function numbersOf(query: URLSearchParams): BenchmarkOptions {
  const asked = Object.entries(MOST).flatMap(([name, most]) => {
    const word = query.get(name);
    return word === null ? [] : [[name, Math.min(Number(word), most)]];
  });
  return Object.fromEntries(asked) as BenchmarkOptions;
}
