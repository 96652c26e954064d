import { type Command, InvalidArgumentError } from "commander";
import { type ImageSet, limit } from "../../data/image-set.js";
import { SET_USAGE } from "../../data/open-set.js";
import { type Graph, sizeOf } from "../../graph/graph.js";
import { inferShapes } from "../../ops/walk.js";
import { firstOf } from "../../prune/segments.js";
import { logitsOf } from "../../prune/logits.js";
import { measureUnits, type Sensitivity } from "../../prune/unit-sensitivity.js";
import { findUnits } from "../../prune/units.js";
import { createProgress } from "../../report/progress.js";
import { type Column, formatTable, type Row } from "../../report/table.js";
import { formatPercentage, formatWhole } from "../../report/units.js";
import { checkWritable, writeFileSafely } from "../files.js";
import { FIT_SAMPLES } from "../least-squares.js";
import { readNetworkFile } from "../network-file.js";
import {
  count,
  type JsonOption,
  numbers,
  onlyInput,
  openData,
  type PictureOptions,
  samplesOf,
  type ShapeOption,
  withJson,
  withPictures,
  withShape,
} from "../options.js";
import { drawSensitivity } from "../sensitivity-chart.js";
import { report, verb } from "../verb.js";
import { commandRunner } from "../runner.js";

interface Options extends PictureOptions, ShapeOption, JsonOption {
  readonly data: string;
  readonly test?: string;
  readonly samples: number;
  readonly answers: number;
  readonly only?: string;
  readonly shares: readonly number[];
  readonly draw?: string;
}

/** Pictures whose answers are compared at each point, unless another number is typed. */
const ANSWERS = 256;

export function sensitivity(): Command {
  const command = verb({
    name: "sensitivity",
    summary: "measure how much each pruning unit matters to the answers",
    description:
      "Takes channels from one pruning unit at a time, those first that the layers behind it can best do without, fits these layers\nagain, and compares the answers with the dense network's. No labels are needed; where there are some, top-1 is measured, too.",
    examples: [
      ["sensitivity model.onnx --data images:FOLDER", "a table: every unit at 75, 50 and 25 % of its channels"],
      [
        "sensitivity model.onnx --data cifar10:cifar-10-batches-bin --test cifar10:cifar-10-batches-bin --answers 1000 --draw curves.svg",
        "fitted on the training part, answers and top-1 on 1,000 pictures of the test part, drawn as well",
      ],
      ["sensitivity model.onnx --data glyphs --only inner --shares 0.9,0.5 --json", "as data, without residual trunks"],
    ],
  })
    .argument("<file>", "network, .onnx or .esp")
    .requiredOption("--data <set>", `pictures that layers are fitted to, the training part: ${SET_USAGE}`)
    .option("--samples <n>", "how many of them", count, FIT_SAMPLES)
    .option("--test <set>", "pictures whose answers are compared, the test part; those of --data unless it is said")
    .option("--answers <n>", "how many of them", count, ANSWERS)
    .option("--shares <list>", "shares of each unit's channels that stay", shares, [0.75, 0.5, 0.25])
    .option("--only <units>", '"inner" (not coupled by a residual add), or a pattern of unit names with * and ?')
    .option("--draw <file.svg>", "draw the curves");
  return withJson(withPictures(withShape(command))).action(run);
}

/** Shares of channels, the largest first. */
function shares(text: string): number[] {
  const values = [...new Set(numbers(text))].sort((a, b) => b - a);
  if (values.every((value) => value > 0 && value < 1)) return values;
  throw new InvalidArgumentError("Expected shares between 0 and 1, such as 0.75,0.5,0.25.");
}

async function run(path: string, options: Options): Promise<void> {
  if (options.draw !== undefined) checkWritable(options.draw);
  const started = performance.now();
  const { graph, notes } = await readNetworkFile(path, options.shape);
  onlyInput(graph);
  const set = openData(options.data, undefined, "train");
  const asked = options.test === undefined ? set : openData(options.test, undefined, "test");
  const { label, note } = labelsFor(graph, limit(asked, options.answers));
  const fitted = firstOf(samplesOf(graph, set, options), options.samples);
  const samples = firstOf(samplesOf(graph, asked, options), options.answers);
  const measured = await measure(graph, { ...options, fitted, samples, label });
  const data = {
    file: path,
    set: set.name,
    samples: fitted.count,
    testSet: asked.name,
    answers: samples.count,
    shares: options.shares,
    dense: { top1: measured.dense.top1 ?? null },
    units: measured.units.map(describeUnit),
    seconds: (performance.now() - started) / 1000,
    notes: [...notes, ...note],
  };
  if (options.draw !== undefined) {
    const svg = await drawSensitivity({ file: path, denseTop1: data.dense.top1, units: data.units });
    writeFileSafely(options.draw, svg);
  }
  report(options.json, data, () => format(data));
}

/** The set's labels, where they are classes of the network. */
function labelsFor(graph: Graph, set: ImageSet) {
  const names = logitsOf(graph);
  const classes = names.length === 1 ? sizeOf(inferShapes(graph).get(names[0]!)!) : 0;
  const labels = Array.from({ length: set.count }, (_, i) => set.label(i)).filter((label) => label !== undefined);
  if (labels.every((label) => label >= 0 && label < classes)) return { label: (i: number) => set.label(i), note: [] };
  const reason = `the labels of ${set.name} are not classes of the network, so top-1 is not measured`;
  return { label: undefined, note: [reason] };
}

type Asked = Pick<Parameters<typeof measureUnits>[1], "only" | "shares" | "fitted" | "samples" | "label">;

/** With a bar while layers are looked at, and another for the points. */
async function measure(graph: Graph, { only, shares: kept, fitted, samples, label }: Asked): Promise<Sensitivity> {
  const looking = createProgress({ label: "looking", total: fitted.count, unit: "pictures" });
  let measuring: ReturnType<typeof createProgress> | undefined;
  const measured = await measureUnits(findUnits(graph), {
    ...{ only, shares: kept, fitted, samples, label },
    runner: commandRunner(),
    onFit: (done, total) => {
      looking.update(done);
      if (done === total) looking.finish();
    },
    onProgress: (done, total) => {
      measuring ??= createProgress({ label: "measuring", total, unit: "points" });
      measuring.update(done);
    },
  });
  measuring?.finish();
  return measured;
}

type PrintedUnit = ReturnType<typeof describeUnit>;

function describeUnit({ unit: { name, width, residual, producers }, frozen, points }: Sensitivity["units"][number]) {
  const printed = points.map(({ share, kept, divergence, logitError, top1 }) => ({
    ...{ share, kept, kl: divergence, logits: logitError, top1: top1 ?? null },
  }));
  return { name, width, frozen: frozen ?? null, residual, producers, points: printed };
}

interface Data {
  readonly file: string;
  readonly set: string;
  readonly samples: number;
  readonly testSet: string;
  readonly answers: number;
  readonly shares: readonly number[];
  readonly dense: { readonly top1: number | null };
  readonly units: readonly PrintedUnit[];
  readonly notes: readonly string[];
}

function format(data: Data): string {
  const free = data.units.filter(({ frozen }) => frozen === null);
  const frozen = data.units.filter((unit) => unit.frozen !== null);
  const { top1 } = data.dense;
  const accuracy = top1 === null ? "" : `; the dense network's top-1 is ${formatPercentage(top1)}`;
  return [
    `layers fitted on ${formatWhole(data.samples)} pictures of ${data.set}, ${formatWhole(data.answers)} answers to ${data.testSet}${accuracy}`,
    "kl: divergence from the dense answers in nats; logits: mean squared change; each where so much of the channels is kept",
    "",
    formatUnits(free, data),
    ...(frozen.length > 0
      ? ["", "not to be touched:", formatTable(frozen as readonly object[] as Row[], ["name", "width", FROZEN])]
      : []),
    ...data.notes.map((note) => `note: ${note}`),
  ].join("\n");
}

const FROZEN: Column = { key: "frozen", title: "because" };

/** In the network's order; at each share the unit whose loss the answers feel least is marked. */
function formatUnits(units: readonly PrintedUnit[], { shares: kept, dense }: Data): string {
  const least = kept.map((_, s) =>
    units.reduce((best, unit) => (unit.points[s]!.kl < best.points[s]!.kl ? unit : best), units[0]!),
  );
  const rows = units.map((unit) => {
    const cells = unit.points.flatMap(({ kl, logits, top1 }, s) => [
      [`kl${s}`, kl],
      [`logits${s}`, logits],
      ...(top1 === null ? [] : [[`top1${s}`, top1]]),
    ]);
    const shareList = kept.filter((_, s) => least[s] === unit).map((share) => formatShare(share));
    return {
      name: unit.name,
      width: unit.width,
      ...Object.fromEntries(cells),
      coupled: unit.residual ? "residual" : "",
      least: shareList.length > 0 ? `least sensitive at ${shareList.join(", ")}` : "",
    } as Row;
  });
  const group = (key: string, title: string, write: Column["format"]) =>
    kept.map((share, s): Column => ({ key: `${key}${s}`, title: `${title} ${formatShare(share)}`, format: write! }));
  return formatTable(rows, [
    "name",
    "width",
    ...group("kl", "kl", (value) => formatSmall(Number(value))),
    ...group("logits", "logits", (value) => formatSmall(Number(value))),
    ...(dense.top1 === null ? [] : group("top1", "top-1", (value) => formatPercentage(Number(value)))),
    "coupled",
    { key: "least", title: "" },
  ]);
}

const formatShare = (share: number) => `${Number((100 * share).toPrecision(3))}%`;

/** Three digits. */
const formatSmall = (value: number) =>
  value !== 0 && Math.abs(value) < 1e-3 ? value.toExponential(1) : String(Number(value.toPrecision(3)));
