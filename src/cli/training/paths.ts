/** Files that a training run will write, looked at before it begins. */
import { resolve } from "node:path";
import { RequestError } from "../../errors.js";
import { checkWritable } from "../files.js";
import { checkNetworkPath } from "../network-file.js";

interface Paths {
  readonly output?: string | undefined;
  readonly checkpoint?: string | undefined;
}

/** Where the checkpoint of an interrupted run goes if nobody says. */
export const checkpointBeside = (output: string | undefined) =>
  output === undefined ? undefined : `${output}.checkpoint`;

/** Throws where the network or a checkpoint could not be written in the end. */
export function checkTrainingPaths({ output, checkpoint }: Paths): void {
  if (output !== undefined) {
    checkNetworkPath(output);
    checkWritable(output);
  }
  if (checkpoint === undefined) return;
  checkWritable(checkpoint);
  if (output !== undefined && resolve(output) === resolve(checkpoint)) {
    throw new RequestError("the checkpoint and the network cannot be one file", "--checkpoint");
  }
}
