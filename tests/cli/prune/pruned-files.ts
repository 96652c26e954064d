/** What the tests of `prune` begin with: a network in both formats, and pictures for it. */
import { writeFileSync } from "node:fs";
import { compile } from "../../../src/compile/encode.js";
import { classifier, temporaryFolder, writeCifar, writeOnnx } from "../command-line.js";

export const NORMALISED = ["--mean", "0.485,0.456,0.406", "--std", "0.229,0.224,0.225"];

export interface UnitRow {
  readonly name: string;
  readonly before: number;
  readonly after: number;
  readonly frozen: string | null;
}

export function filesToPrune() {
  const folder = temporaryFolder();
  const graph = classifier();
  const esp = folder.at("net.esp");
  writeFileSync(esp, compile(graph));
  return {
    folder,
    graph,
    onnx: writeOnnx(folder.at("net.onnx"), graph),
    esp,
    cifar: writeCifar(folder.at("some.bin"), 30),
  };
}
