/** The benchmark page: choose networks, measure, show, share. */
import {
  benchmark,
  type BenchmarkReport,
  type Candidate,
  formatLatencyTable,
  measureLatencyTable,
} from "../src/benchmark/index.js";
import { hasRelaxedSimd, load, loadNetwork } from "../src/runtime/browser.js";
import { formatBytes } from "./figures.js";
import { linkTo, reportIn } from "./link.js";
import { element, viewReport } from "./view.js";

const find = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;
const [networks, state, start, result] = ["networks", "state", "start", "result"].map((id) => find(id)) as [
  HTMLElement,
  HTMLElement,
  HTMLButtonElement,
  HTMLElement,
];
const table = find<HTMLButtonElement>("table");
const progress = find<HTMLProgressElement>("progress");

/** What can be chosen: how to get it, and the box that chooses it. */
const choices: { readonly name: string; readonly box: HTMLInputElement; read(): Promise<Uint8Array> }[] = [];

function say(text: string, isFault = false): void {
  state.textContent = text;
  state.classList.toggle("fault", isFault);
}

function offer(name: string, note: string, chosen: boolean, read: () => Promise<Uint8Array>): void {
  const box = element("input", { type: "checkbox" }) as HTMLInputElement;
  box.checked = chosen;
  box.addEventListener("change", offerStart);
  const label = element("label", {}, box, element("span", {}, name), element("span", { class: "note" }, note));
  networks.insertBefore(label, find("drop"));
  choices.push({ name, box, read });
  offerStart();
}

function offerStart(): void {
  for (const button of [start, table]) button.disabled = chosen().length === 0;
}

interface BuiltIn {
  readonly name: string;
  readonly file: string;
  readonly bytes: number;
  readonly chosen: boolean;
}

async function offerBuiltIn(): Promise<void> {
  const response = await fetch("networks/networks.json");
  if (!response.ok) throw new Error(`the built-in networks are not there: HTTP ${response.status}`);
  for (const { name, file, bytes, chosen } of (await response.json()) as BuiltIn[]) {
    offer(name, formatBytes(bytes), chosen, async () => {
      const network = await fetch(`networks/${file}`);
      if (!network.ok) throw new Error(`${file}: HTTP ${network.status}`);
      return new Uint8Array(await network.arrayBuffer());
    });
  }
}

/** Files of the user are what the user came for: the built-in networks step back. */
function offerFiles(files: Iterable<File>): void {
  for (const file of files) {
    const name = file.name.replace(/\.esp$/, "");
    if (!choices.some(({ read }) => read.name === "readFile")) for (const { box } of choices) box.checked = false;
    offer(name, formatBytes(file.size), true, async function readFile() {
      return new Uint8Array(await file.arrayBuffer());
    });
  }
}

const chosen = () => choices.filter(({ box }) => box.checked);

/** Nothing can be started while something runs; what goes wrong is said. */
async function working(work: () => Promise<void>): Promise<void> {
  for (const button of [start, table]) button.disabled = true;
  progress.hidden = false;
  try {
    await work();
  } catch (error) {
    say((error as Error).message, true);
  } finally {
    progress.hidden = true;
    offerStart();
  }
}

/** What the page says of how to run, and where it shows how far that is. */
function how() {
  const threads = Number(find<HTMLSelectElement>("threads").value);
  return {
    build: find<HTMLSelectElement>("build").value as "auto",
    ...(threads > 1 ? { threads: { count: threads, worker: startThread } } : {}),
    onStage: (stage: string, share: number) => {
      say(`${stage} ...`);
      progress.value = share;
    },
  };
}

async function measure(): Promise<void> {
  const candidates: Candidate[] = [];
  for (const { name, read } of chosen()) {
    say(`reading ${name} ...`);
    candidates.push({ name, network: await read() });
  }
  const runs = Number(find<HTMLSelectElement>("runs").value);
  const report = await benchmark(load, candidates, { ...how(), runs });
  say("");
  show(report);
}

/** Of the first network that is chosen. */
async function saveTable(): Promise<void> {
  const [{ name, read }] = chosen() as [(typeof choices)[0]];
  save(`${name}-latency.json`, formatLatencyTable(await measureLatencyTable(loadNetwork, await read(), how())));
  say(`the latency table of ${name} is saved: prune --latency-table takes it`);
}

function save(name: string, json: string): void {
  const link = element("a", { download: name }) as HTMLAnchorElement;
  link.href = URL.createObjectURL(new Blob([json], { type: "application/json" }));
  link.click();
  URL.revokeObjectURL(link.href);
}

const startThread = () => new Worker(new URL("../src/runtime/worker.js", import.meta.url), { type: "module" });

function show(report: BenchmarkReport): void {
  const json = JSON.stringify(report, undefined, 1);
  const button = (name: string, act: () => Promise<void> | void) => {
    const made = element("button", { class: "quiet" }, name);
    made.addEventListener("click", () => Promise.resolve(act()).catch((error: Error) => say(error.message, true)));
    return made;
  };
  const actions = element(
    "div",
    { class: "actions" },
    button("Copy link", async () => {
      const link = await linkTo(report, location.href);
      history.replaceState(undefined, "", link);
      await navigator.clipboard.writeText(link);
      say("the link is in the clipboard, and in the address");
    }),
    button("Copy JSON", async () => {
      await navigator.clipboard.writeText(json);
      say("the JSON is in the clipboard");
    }),
    button("Save JSON", () => save("espalier-benchmark.json", json)),
  );
  result.replaceChildren(...viewReport(report), actions);
  result.hidden = false;
}

function offerThreads(): void {
  const most = crossOriginIsolated ? Math.min(navigator.hardwareConcurrency, 16) : 1;
  for (let count = 1; count <= most; count *= 2) find("threads").append(element("option", {}, String(count)));
}

function acceptDrops(): void {
  const hover = (over: boolean) => (event: Event) => {
    event.preventDefault();
    document.body.classList.toggle("dropping", over);
  };
  document.body.addEventListener("dragover", hover(true));
  document.body.addEventListener("dragleave", hover(false));
  document.body.addEventListener("drop", (event) => {
    hover(false)(event);
    offerFiles(event.dataTransfer?.files ?? []);
  });
  const input = find<HTMLInputElement>("files");
  input.addEventListener("change", () => offerFiles(input.files ?? []));
}

async function begin(): Promise<void> {
  if (!hasRelaxedSimd()) find("build").querySelector("[value=relaxed]")!.setAttribute("disabled", "");
  offerThreads();
  acceptDrops();
  start.addEventListener("click", () => void working(measure));
  table.addEventListener("click", () => void working(saveTable));
  await offerBuiltIn();
  const shared = await reportIn(location.href);
  if (shared) show(shared);
}

begin().catch((error: Error) => say(error.message, true));
