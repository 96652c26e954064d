/** The command of docs/training.md on MNIST: minutes of work, so only where ESPALIER_SLOW asks for it. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { temporaryFolder } from "./command-line.js";
import { trains } from "./training.js";

const test = suite("cli/lenet");
const mnist = join(process.env["ESPALIER_DATA"] ?? "", "mnist");
const runs = process.env["ESPALIER_SLOW"] && process.env["ESPALIER_DATA"] && existsSync(mnist) ? test : test.skip;

runs("LeNet-5 is right on 99 of 100 test pictures within five epochs", async () => {
  const text = readFileSync(new URL("../../../docs/training.md", import.meta.url), "utf8").replaceAll("\\\n", " ");
  const command = /npx espalier (train --net lenet5 .*)/.exec(text)![1]!;
  const words = command.split(/\s+/).map((word) => word.replace("mnist:mnist", `mnist:${mnist}`));
  const output = temporaryFolder().at("lenet5.onnx");
  const { epochs } = await trains(...words.slice(0, words.indexOf("-o")), "-o", output);
  assert.ok(epochs.length <= 5);
  assert.ok(
    epochs.some(({ validationTop1 }) => validationTop1 >= 0.99),
    JSON.stringify(epochs),
  );
});

test.run();
