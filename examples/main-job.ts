/**
 * The whole way on a network that needs no download: a ResNet-20 with seeded weights is pruned to half its multiply-adds,
 * compiled, run, and measured beside the dense one.
 */
import {
  compile,
  load,
  measureLatency,
  MODELS,
  parseBudget,
  prune,
  type PruneResult,
  runtimeRunner,
} from "../src/index.js";
import { formatTable } from "../src/report/table.js";
import { formatBytes, formatCount, formatMilliseconds, formatPercentage, formatRatio } from "../src/report/units.js";

const dense = MODELS["resnet20_32"]!();
const budgets = ["macs=0.7", "macs=0.5", "macs=0.3"];
const pruned: PruneResult[] = [];
for (const keep of budgets) pruned.push(await prune(dense, { method: "l1", keep: parseBudget(keep) }, runtimeRunner()));

const files = [dense, ...pruned.map(({ graph }) => graph)].map((graph) => compile(graph));
const sessions = await Promise.all(files.map((bytes) => load(bytes)));
const latencies = measureLatency(sessions, { runs: 100 });

const rows = sessions.map((session, i) => ({
  network: i === 0 ? "dense" : `l1, ${budgets[i - 1]}`,
  macs: formatCount(session.macs),
  file: formatBytes(files[i]!.length),
  memory: formatBytes(session.peakBytes),
  median: formatMilliseconds(latencies[i]!.medianMs),
  speed: formatRatio(latencies[0]!.medianMs / latencies[i]!.medianMs),
  "by multiply-adds": formatRatio(sessions[0]!.macs / session.macs),
  "equal to masked": i === 0 ? "" : pruned[i - 1]!.equality.maxRelative.toExponential(1),
}));
const [, half] = pruned;
const widths = half!.units.filter(({ before, after }) => after < before);

console.log(
  `ResNet-20, seeded weights, 32x32; ${sessions[0]!.build} build, Node ${process.versions.node}, one thread\n`,
);
console.log(
  formatTable(
    rows,
    Object.keys(rows[0]!).map((key) => ({ key, align: key === "network" ? "left" : "right" })),
  ),
);
console.log(`\nWhat ${budgets[1]} left of each unit:\n`);
console.log(
  formatTable(
    widths.map(({ name, before, after }) => ({ unit: name, before, after, kept: formatPercentage(after / before, 0) })),
    ["unit", "before", "after", { key: "kept", align: "right" }],
  ),
);
console.log(`
"equal to masked": the pruned network's output against the dense one's with the same channels silenced, relative to the
largest output. The weights are seeded, not trained, so there is no accuracy to lose; on a network of your own:

  npx espalier inspect model.onnx
  npx espalier prune model.onnx --keep macs=0.5 -o half.onnx
  npx espalier bench model.onnx half.onnx`);
