import type { Command } from "commander";
import { formatShape } from "../../graph/graph.js";
import { describeGraph, type GraphFacts, type LayerFacts } from "../../measure/facts.js";
import { describeKernels, type KernelFacts } from "../../measure/kernels.js";
import { load, type MemoryMap } from "../../runtime/index.js";
import { explainMemory } from "../memory.js";
import { findBlocks, unitsInside } from "../../prune/blocks.js";
import { findUnits, type UnitMap } from "../../prune/units.js";
import { formatBytes, formatCount, formatPercentage } from "../../report/units.js";
import { formatTable } from "../../report/table.js";
import { type NetworkFile, readNetworkFile } from "../network-file.js";
import { type JsonOption, type ShapeOption, withJson, withShape } from "../options.js";
import { report, verb } from "../verb.js";

export function inspect(): Command {
  const command = verb({
    name: "inspect",
    summary: "show layers, cost, memory and what can be pruned",
    examples: [
      ["inspect model.onnx", "every layer with its shape, multiply-adds and parameters; every pruning unit"],
      ["inspect net.esp --json", "the same as data"],
    ],
  }).argument("<file>", "network, .onnx or .esp");
  return withJson(withShape(command)).action(run);
}

async function run(path: string, options: JsonOption & ShapeOption): Promise<void> {
  const file = await readNetworkFile(path, options.shape);
  const facts = describeGraph(file.graph);
  const map = findUnits(file.graph);
  const { units } = map;
  const session = await load(file.compiled, { shapes: file.shapes });
  const kernels = await describeKernels(file.graph, session, file.compiled, file.shapes);
  const layers = facts.layers.map((layer, i) => ({ ...layer, ...kernels[i]! }));
  const data = {
    file: path,
    format: file.format,
    macs: facts.macs,
    parameters: facts.parameters,
    bytes: file.compiled.length,
    fileBytes: file.fileBytes,
    peakBytes: session.peakBytes,
    memory: session.memory,
    inputs: file.graph.inputs,
    outputs: session.outputs,
    layers,
    units: units.map(({ name, width, frozen, residual, producers }) => ({
      name,
      width,
      frozen: frozen ?? null,
      residual,
      producers,
    })),
    blocks: describeBlocks(map),
    about: file.graph.about,
    notes: file.notes,
  };
  report(options.json, data, () => format(file, facts, data));
}

/** Residual blocks that may go as a whole: what goes with each, and the units that are inside. */
function describeBlocks(map: UnitMap) {
  const { layers: facts } = describeGraph(map.graph);
  return findBlocks(map.graph).map((block) => {
    const inside = new Set(block.nodes);
    const macs = facts.filter(({ name }) => inside.has(name)).reduce((sum, layer) => sum + layer.macs, 0);
    return { name: block.name, layers: block.layers, macs, units: unitsInside(map, block).map(({ name }) => name) };
  });
}

interface Data {
  readonly layers: readonly (LayerFacts & KernelFacts)[];
  readonly bytes: number;
  readonly peakBytes: number;
  readonly memory: MemoryMap;
  readonly outputs: readonly { readonly name: string; readonly shape: readonly number[] }[];
  readonly units: readonly {
    readonly name: string;
    readonly width: number;
    readonly frozen: string | null;
    readonly residual: boolean;
  }[];
  readonly blocks: ReturnType<typeof describeBlocks>;
}

function format(file: NetworkFile, facts: GraphFacts, data: Data): string {
  const { graph, notes } = file;
  const layers = formatTable(
    data.layers.map(({ name, op, shape, macs, parameters, kernel }) => {
      return { name, op, shape: formatShape(shape), macs, parameters, kernel: kernel ?? "" };
    }),
    [
      "name",
      "op",
      "shape",
      { key: "macs", title: "multiply-adds", format: count },
      { key: "parameters", format: count },
      "kernel",
    ],
  );
  const units = formatTable(
    data.units.map(({ name, width, residual, frozen }) => ({
      name,
      width,
      coupled: residual ? "residual" : "",
      frozen: frozen ?? "",
    })),
    ["name", "width", { key: "coupled", title: "coupled by" }, { key: "frozen", title: "cannot be removed" }],
  );
  const blocks = formatTable(
    data.blocks.map(({ name, macs, layers: going }) => ({ name, macs, layers: going.join(", ") })),
    [
      { key: "name", title: "residual block" },
      { key: "macs", title: "multiply-adds", format: count },
      { key: "layers", title: "goes with" },
    ],
  );
  const inputs = graph.inputs.map(
    ({ name, shape, batch }) => `${name} ${formatShape(shape)}${batch ? ` (batch "${batch}")` : ""}`,
  );
  return [
    `${file.path}: ${graph.name || "unnamed"}`,
    `inputs   ${inputs.join(", ")}`,
    `outputs  ${data.outputs.map(({ name, shape }) => `${name} ${formatShape(shape)}`).join(", ")}`,
    ...graph.about.provenance.map(({ step, detail }) => `${step.padEnd(8)} ${detail}`),
    "",
    layers,
    "",
    units,
    "",
    ...(data.blocks.length > 0 ? [blocks, ""] : []),
    ...data.layers.flatMap(explainZeros),
    `${formatCount(facts.macs)} multiply-adds, ${formatCount(facts.parameters)} parameters`,
    `${formatBytes(data.bytes)} compiled, ${formatBytes(data.peakBytes)} of memory to run: ${explainMemory(data.memory)}`,
    ...notes.map((note) => `note: ${note}`),
  ].join("\n");
}

/** What becomes of a filter with zeros. */
function explainZeros({ name, density, runsSparse, kernel, why }: LayerFacts & KernelFacts): string[] {
  if (density === null || density === 1) return [];
  const left = `${name}: ${formatPercentage(density)} of the weights are left`;
  return [
    runsSparse === null
      ? left
      : `${left}, runs ${runsSparse ? "sparse" : "dense"} on ${kernel} (${why ?? "no choice"})`,
  ];
}

const count = (value: string | number) => (value === 0 ? "" : formatCount(Number(value)));
