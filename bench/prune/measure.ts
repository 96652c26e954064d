/** Runs the command line for each job, and measures what it wrote: answers to the test set, and all networks' times in turn. */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { looksAtPictures } from "../../src/cli/method-options.js";
import { readNetworkFile } from "../../src/cli/network-file.js";
import { onlyInput, openData, preprocessingOf } from "../../src/cli/options.js";
import { RequestError } from "../../src/errors.js";
import type { ImageSet } from "../../src/data/image-set.js";
import type { Preprocessing } from "../../src/graph/about.js";
import { type Answers, collectAnswers, divergence, shareRight } from "../../src/measure/answers.js";
import { describeGraph } from "../../src/measure/facts.js";
import { measureLatency } from "../../src/measure/latency.js";
import { createProgress } from "../../src/report/progress.js";
import { load, type Session } from "../../src/runtime/index.js";
import type { Values } from "../options.js";
import type { pruneOptions } from "./options.js";
import { type Dense, type Job, jobsFor, type Row } from "./rows.js";

export type Request = Values<typeof pruneOptions>;

export interface Measured {
  readonly model: string;
  readonly set: string;
  readonly pictures: number;
  readonly build: string;
  readonly dense: Dense;
  readonly rows: readonly Row[];
}

/** A row without times, and the network to take them on. */
interface Finished {
  readonly row: Row;
  readonly session: Session | undefined;
}

/** `launcher`: the path of the command line. */
export async function measure(request: Request, launcher: string): Promise<Measured> {
  const file = await readNetworkFile(request.model);
  const set = openData(request.test, request.limit, "test");
  const { mean, std } = request;
  const colours = { ...(mean ? { mean } : {}), ...(std ? { std } : {}) };
  const preprocessing = preprocessingOf(file.graph, onlyInput(file.graph), colours);
  const session = await load(file.compiled, { build: "baseline" });
  const answers = collectAnswers(session, set, preprocessing);
  const folder = mkdtempSync(join(tmpdir(), "espalier-bench-"));
  try {
    const jobs = jobsFor(request.methods, request.budgets, request.recover);
    const finished: Finished[] = [];
    const table = jobs.some(({ keep }) => isTime(keep)) ? join(folder, "ms.json") : undefined;
    if (table !== undefined) await measureTable(request.model, table, launcher);
    for (const [i, job] of jobs.entries()) {
      const output = join(folder, `${i}.esp`);
      const one = await finish(await prune(job, { ...request, launcher, table }, output), job, {
        set,
        preprocessing,
        answers,
        output,
      });
      process.stderr.write(`${i + 1} of ${jobs.length}: ${describeRow(one.row)}\n`);
      finished.push(one);
    }
    const { macs, parameters } = describeGraph(file.graph);
    const facts = { macs, parameters, bytes: file.compiled.length, top1: shareRight(answers, set) };
    return {
      model: join(basename(dirname(request.model)), basename(request.model)),
      set: set.name,
      pictures: set.count,
      build: session.build,
      ...timeAll(session, finished, request.runs, facts),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What `espalier prune --json` says, or the reason why it failed. */
type Pruned = Readonly<Record<"macs" | "parameters" | "bytes", { readonly after: number }>> & {
  readonly seconds: number;
  readonly allocate?: string | null;
};

/** How the command line is run, and where times by widths are, which methods that remove channels would measure for each job anew. */
interface Setting extends Request {
  readonly launcher: string;
  readonly table: string | undefined;
}

const isTime = (keep: string | undefined) => keep?.startsWith("ms=") === true;

async function measureTable(model: string, table: string, launcher: string): Promise<void> {
  const words = ["bench", model, "--latency-table", table, "--build", "baseline", "--runs", "1", "--json"];
  const { code, complaint } = await runCommandLine(launcher, words);
  if (code !== 0) throw new RequestError(complaint, "--budgets");
}

async function prune(job: Job, setting: Setting, output: string): Promise<Pruned | string> {
  const { model, data, samples, allocate, mean, std, launcher, table } = setting;
  const { method, options } = job.contender;
  const device = method.removes === "channels" ? ["--latency-table", table!] : ["--build", "baseline"];
  const words = [
    ["prune", model, "--method", method.name, "--recover", job.recover, "--output", output, "--json"],
    job.keep === undefined ? [] : ["--keep", job.keep],
    isTime(job.keep) ? device : [],
    needsData(job, setting) ? ["--data", data, "--samples", `${samples}`] : [],
    allocate === undefined ? [] : ["--allocate", allocate],
    Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]),
    mean && needsData(job, setting) ? ["--mean", mean.join(",")] : [],
    std && needsData(job, setting) ? ["--std", std.join(",")] : [],
  ].flat();
  const { code, said, complaint } = await runCommandLine(launcher, words);
  return code === 0 ? (JSON.parse(said) as Pruned) : complaint;
}

/** What it printed, and what it complained of at last. */
async function runCommandLine(launcher: string, words: readonly string[]) {
  const child = spawn(process.execPath, [launcher, ...words], { stdio: ["ignore", "pipe", "pipe"] });
  const [said, complaint] = [collect(child.stdout), collect(child.stderr)];
  const code = await new Promise<number | null>((resolve, reject) =>
    child.once("error", reject).once("close", resolve),
  );
  const lines = complaint().trim().split("\n");
  const last = lines.findLast((line) => line.startsWith("espalier: ")) ?? lines.at(-1) ?? `exit code ${String(code)}`;
  return { code, said: said(), complaint: last.replace(/^espalier: /, "") };
}

function needsData({ contender: { method, options }, recover }: Job, { allocate }: Request): boolean {
  const asked = { ...(allocate === undefined ? {} : { allocate }), ...options };
  return recover !== "none" || looksAtPictures(method.name, asked);
}

function collect(stream: NodeJS.ReadableStream): () => string {
  const chunks: Buffer[] = [];
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString("utf8");
}

interface Comparison {
  readonly set: ImageSet;
  readonly preprocessing: Preprocessing;
  /** The dense network's. */
  readonly answers: Answers;
  readonly output: string;
}

async function finish(
  pruned: Pruned | string,
  { contender, budget, recover }: Job,
  against: Comparison,
): Promise<Finished> {
  const asked = { method: contender.name, budget, recover };
  if (typeof pruned === "string") return { row: { ...asked, ...NOTHING, why: pruned }, session: undefined };
  const session = await load(new Uint8Array(readFileSync(against.output)), { build: "baseline" });
  const answers = collectAnswers(session, against.set, against.preprocessing);
  const { macs, parameters, bytes, seconds, allocate = null } = pruned;
  const row = {
    ...asked,
    ...NOTHING,
    allocate,
    macs: macs.after,
    parameters: parameters.after,
    bytes: bytes.after,
    top1: shareRight(answers, against.set),
    kl: finiteOrNull(divergence(against.answers, answers)),
    seconds,
  };
  return { row, session };
}

const NOTHING = {
  allocate: null,
  macs: null,
  parameters: null,
  bytes: null,
  medianMs: null,
  ratio: null,
  top1: null,
  kl: null,
  seconds: null,
  why: null,
} as const;

const finiteOrNull = (value: number) => (Number.isFinite(value) ? value : null);

/** All networks in turn, so that a drifting machine is fair to all. */
function timeAll(dense: Session, finished: readonly Finished[], runs: number, facts: Omit<Dense, "medianMs">) {
  const sessions = finished.flatMap(({ session }) => session ?? []);
  const progress = createProgress({ label: "measuring", total: runs, unit: "rounds" });
  const onProgress = (done: number) => progress.update(done);
  const [whole, ...others] = measureLatency([dense, ...sessions], { runs, onProgress });
  progress.finish();
  const { medianMs } = whole!;
  const times = new Map(sessions.map((session, i) => [session, others[i]!.medianMs]));
  const rows = finished.map(({ row, session }): Row => {
    const own = session && times.get(session);
    return own === undefined ? row : { ...row, medianMs: own, ratio: medianMs / own };
  });
  return { dense: { ...facts, medianMs }, rows };
}

function describeRow({ method, budget, recover, top1, seconds, why }: Row): string {
  const what = [method, ...(budget === null ? [] : [budget]), recover].join(" ");
  return why === null ? `${what}: ${(100 * top1!).toFixed(1)} % in ${seconds!.toFixed(1)} s` : `${what}: ${why}`;
}
