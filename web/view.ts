/** A report as part of the page. Made of text only: names come out of files and links of anybody. */
import type { BenchmarkReport, MeasuredLayer, MeasuredNetwork } from "../src/benchmark/index.js";
import { formatBytes, formatMacs, formatRatio, formatTime } from "./figures.js";

/** An element with attributes and contents. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string>> = {},
  ...contents: (Node | string)[]
): HTMLElement {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...contents);
  return made;
}

/** Where and how, the table of networks, and the layers of each. */
export function viewReport(report: BenchmarkReport): HTMLElement[] {
  return [
    element("h2", {}, "Networks"),
    networksTable(report.networks),
    element("p", { class: "note", id: "circumstances" }, circumstances(report)),
    element("h2", {}, "Layers"),
    ...report.networks.map((network, i) => layersOf(network, longestLayer(report), i === 0)),
  ];
}

function circumstances({ build, threads, runs, clockMs, date, platform }: BenchmarkReport): string {
  const count = `${threads} thread${threads === 1 ? "" : "s"}`;
  const clock = clockMs === null ? "a clock that stands still" : `clock steps of ${formatTime(clockMs)}`;
  const cores = platform.cores === null ? "" : `, ${platform.cores} cores`;
  const when = new Date(date).toLocaleString();
  return `${build} engine, ${count}, medians of ${runs} rounds, ${clock}; ${platform.agent}${cores}; ${when}`;
}

const COLUMNS: readonly (readonly [title: string, of: (network: MeasuredNetwork) => string, kind?: "fast"])[] = [
  ["", ({ name }) => name],
  ["run", ({ medianMs }) => formatTime(medianMs)],
  ["faster", ({ speedRatio }) => formatRatio(speedRatio), "fast"],
  ["fewer MACs", ({ macsRatio }) => formatRatio(macsRatio)],
  ["MACs", ({ macs }) => formatMacs(macs)],
  ["95 %", ({ p95Ms }) => formatTime(p95Ms)],
  ["cold start", ({ coldMs }) => formatTime(coldMs)],
  ["memory", ({ peakBytes }) => formatBytes(peakBytes)],
  ["file", ({ fileBytes }) => formatBytes(fileBytes)],
];

function networksTable(networks: readonly MeasuredNetwork[]): HTMLElement {
  const head = element("tr", {}, ...COLUMNS.map(([title]) => element("th", { scope: "col" }, title)));
  const rows = networks.map((network) =>
    element(
      "tr",
      {},
      ...COLUMNS.map(([title, of, kind = ""]) => element("td", { class: kind, "data-title": title }, of(network))),
    ),
  );
  return element(
    "div",
    { class: "scroll" },
    element("table", { id: "table" }, element("thead", {}, head), element("tbody", {}, ...rows)),
  );
}

/** Bars of times; of multiply-adds where there are none. All networks have one scale. */
function layersOf({ name, layers }: MeasuredNetwork, longest: number, open: boolean): HTMLElement {
  const rows = layers.flatMap((layer) => {
    const what = `${layer.type}, ${layer.kernel}: ${formatMacs(layer.macs)} MACs, ${formatBytes(layer.bytes)}`;
    const bar = { min: "0", max: String(longest), value: String(lengthOf(layer)), "aria-label": layer.name };
    const figure = layer.milliseconds === null ? formatMacs(layer.macs) : formatTime(layer.milliseconds);
    return [
      element("span", { class: "name", title: `${layer.name}: ${what}` }, layer.name),
      element("meter", { ...bar, title: what }),
      element("span", { class: "figure" }, figure),
    ];
  });
  const summary = element("summary", {}, `${name}, ${layers.length} layers`);
  return element("details", open ? { open: "" } : {}, summary, element("div", { class: "layers" }, ...rows));
}

const lengthOf = ({ milliseconds, macs }: MeasuredLayer): number => milliseconds ?? macs;

const longestLayer = ({ networks }: BenchmarkReport): number =>
  Math.max(Number.MIN_VALUE, ...networks.flatMap(({ layers }) => layers.map(lengthOf)));
