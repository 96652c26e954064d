import type { Command } from "commander";
import { SET_USAGE } from "../../data/open-set.js";
import { measureAccuracy } from "../../measure/accuracy.js";
import { createProgress } from "../../report/progress.js";
import { formatPercentage } from "../../report/units.js";
import { load } from "../../runtime/index.js";
import { readNetworkFile } from "../network-file.js";
import {
  type BuildOption,
  count,
  type JsonOption,
  onlyInput,
  openData,
  type PictureOptions,
  preprocessingOf,
  type ShapeOption,
  type ThreadsOption,
  withBuild,
  withJson,
  withPictures,
  withShape,
  withThreads,
} from "../options.js";
import { report, verb } from "../verb.js";

interface Options extends PictureOptions, ShapeOption, JsonOption, BuildOption, ThreadsOption {
  readonly data: string;
  readonly limit?: number;
}

export function evaluate(): Command {
  const command = verb({
    name: "eval",
    summary: "measure accuracy on labelled pictures",
    examples: [
      [
        "eval model.onnx --data cifar10:cifar-10-batches-bin --mean 0.485,0.456,0.406 --std 0.229,0.224,0.225",
        "top-1, top-5 and loss on the test batch",
      ],
      [
        "eval net.esp --data npy:images.npy,labels.npy --limit 500",
        "the first 500 pictures, normalised as the file says",
      ],
    ],
  })
    .argument("<file>", "network, .onnx or .esp")
    .requiredOption("--data <set>", `${SET_USAGE}; the test part unless it says otherwise`)
    .option("--limit <n>", "only the first pictures", count);
  return withJson(withThreads(withBuild(withPictures(withShape(command))))).action(run);
}

async function run(path: string, options: Options): Promise<void> {
  const file = await readNetworkFile(path, options.shape);
  const input = onlyInput(file.graph);
  const preprocessing = preprocessingOf(file.graph, input, options);
  const set = openData(options.data, options.limit, "test");
  const session = await load(file.compiled, {
    build: options.build,
    shapes: file.shapes,
    threads: { count: options.threads },
  });
  const progress = createProgress({ label: "evaluating", total: set.count, unit: "pictures" });
  const accuracy = measureAccuracy(session, set, { preprocessing, onProgress: (done) => progress.update(done) });
  progress.finish();
  const { build, threads } = session;
  const skipped = set.skipped?.length ?? 0;
  const data = { ...accuracy, file: path, set: set.name, skipped, build, threads, preprocessing };
  session.dispose();
  report(options.json, data, () =>
    [
      `${path} on ${set.name} (${accuracy.n} pictures)`,
      `top-1  ${formatPercentage(accuracy.top1)}`,
      `top-5  ${formatPercentage(accuracy.top5)}`,
      `loss   ${accuracy.loss.toFixed(4)}`,
    ].join("\n"),
  );
}
