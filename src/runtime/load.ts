/** From a compiled network to a session, whatever way the platform has to get an engine. */
import { RequestError } from "../errors.js";
import type { Network } from "../gen/network.js";
import { decodeFile } from "./decode.js";
import {
  type Build,
  type EngineSource,
  type FindEngine,
  instantiate,
  type ResolvedEngine,
  resolveEngine,
} from "./engine.js";
import { fuse } from "./fuse.js";
import { LIMITS } from "./limits.js";
import { loadParts } from "./parts.js";
import { type Plan, planNetwork } from "./plan.js";
import type { Shapes } from "./resize.js";
import { allocate, Session } from "./session.js";
import type { Shape } from "./shape.js";
import { type NetworkSource, type ReadOptions, readSource } from "./source.js";
import { checksLoads } from "./target.js";
import type { ThreadOptions } from "./threads.js";
import type { Choices, Tuning } from "./tuning.js";
import { verifyNetwork } from "./verify.js";

export interface LoadOptions extends EngineSource, ReadOptions {
  /**
   * A compiled engine, its bytes, or a `Response` with them, or the promise of one. Needed where compiling from bytes is forbidden
   * and nobody imported the package's own; that is found where left out.
   */
  readonly engine?: EngineSource["engine"];
  /** "baseline": the same bits on every platform. "relaxed": faster where the platform has it. Default: "auto". */
  readonly build?: Build | "auto" | undefined;
  /** Refuse a network that needs more memory than this, or a longer file. */
  readonly maxBytes?: number | undefined;
  /**
   * Input shapes other than the compiled ones, by name: another batch, or another size of picture. A layer that they do not
   * fit is a `ModelError`.
   */
  readonly shapes?: Shapes | undefined;
  /**
   * Kernels as an earlier session's `tuning` says, instead of the rule's. Made for another build, number of threads or network:
   * refused; where there can be no threads, the number that was asked for counts.
   */
  readonly tuning?: Tuning | undefined;
  /**
   * Measures which kernel is the fastest for each convolution that `tuning` does not name, some milliseconds for each distinct
   * one, before the network is loaded. `session.tuning` is the result.
   */
  readonly tune?: boolean | undefined;
  /**
   * Several threads for each run, where there is shared memory; elsewhere one runs, with a warning on the console. An engine
   * that is handed in has to be one for threads. Call `dispose` on the session when it is done with.
   */
  readonly threads?: ThreadOptions | undefined;
}

/** `load` of a platform that finds engines in its own way. */
export async function loadWith(
  find: FindEngine,
  source: NetworkSource | Promise<NetworkSource>,
  options: LoadOptions = {},
): Promise<Session> {
  const engine = prepareEngine(find, options);
  const bytes = await readSource(await source, options);
  return openNetwork(await decodeFile(bytes), engine, options);
}

/** The same for a network that is decoded already. */
export function loadNetworkWith(find: FindEngine, network: Network, options: LoadOptions = {}): Promise<Session> {
  return openNetwork(network, prepareEngine(find, options), options);
}

interface PreparedEngine extends ResolvedEngine {
  /** How many threads were asked for, and how many there can be. */
  readonly asked: number;
  readonly threads: number;
}

/** Is under way while the network is read; what is wrong with it is said when it is needed. */
function prepareEngine(find: FindEngine, options: LoadOptions): Promise<PreparedEngine> {
  const prepare = async () => {
    const { asked, threads } = await threadsFor(options.threads);
    return { ...(await resolveEngine(find, options, threads, asked)), asked, threads };
  };
  const prepared = prepare();
  prepared.catch(() => {});
  return prepared;
}

async function openNetwork(
  network: Network,
  prepared: Promise<PreparedEngine>,
  options: LoadOptions,
): Promise<Session> {
  // What most callers never need, here and below, is loaded when it is needed.
  const parts = await loadParts(network);
  const verify = (one: Network) => verifyNetwork(one, parts);
  const asCompiled = { network, checked: verify(network) };
  const { network: resized, checked } = options.shapes
    ? (await import("./resize.js")).resizeNetwork(network, options.shapes, verify)
    : asCompiled;
  const { module, build, threaded, asked, threads } = await prepared;
  const target = { build, threads, checksLoads };
  const known: Choices =
    options.tuning === undefined
      ? new Map()
      : (await import("./read-tuning.js")).readTuning(options.tuning, resized, checked, { ...target, threads: asked });
  const plan = planNetwork(resized, checked, target, { choices: known });
  const limit = Math.min(options.maxBytes ?? Infinity, LIMITS.memoryBytes);
  if (plan.memory.totalBytes > limit) {
    throw new RequestError(`needs ${plan.memory.totalBytes} bytes of memory, the limit is ${limit}`, network.name);
  }
  const open = async (of: Network, shapes: readonly Shape[], how: Plan) => {
    const memory = allocate(how.memory.totalBytes, of.name, threaded);
    how.write(memory.buffer);
    const instance = instantiate(module, memory);
    const engine = threaded
      ? await (await import("./crew.js")).gatherCrew(instance, module, memory, threads, options.threads!)
      : instance;
    return new Session(of, shapes, how, engine, memory.buffer);
  };
  if (!options.tune) return open(resized, checked.shapes, plan);
  const { tune } = await import("./tune.js");
  const choices = await tune(resized, fuse(resized, checked), checked, {
    target,
    plan: planNetwork,
    open,
    limit,
    known,
  });
  const tuned = planNetwork(resized, checked, target, { choices });
  return open(resized, checked.shapes, tuned.memory.totalBytes > limit ? plan : tuned);
}

/** How many threads were asked for, and how many there can be: so many, or one, which is said. */
async function threadsFor(options: ThreadOptions | undefined): Promise<{ asked: number; threads: number }> {
  if (options === undefined) return { asked: 1, threads: 1 };
  const { countThreads, obstacleTo, warnAlone } = await import("./threads.js");
  const asked = countThreads(options);
  const obstacle = asked === 1 ? undefined : obstacleTo(options);
  if (obstacle === undefined) return { asked, threads: asked };
  warnAlone(asked, obstacle);
  return { asked, threads: 1 };
}
