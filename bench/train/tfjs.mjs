/** tfjs trains a network of the list, on a back end of its own. Stays; {"steps": N} is answered by the time that they took. */
import { createInterface } from "node:readline";
import { openTraining, tfjsVersion } from "../peers/tfjs-training.mjs";
import { randomBatch, rolesOf, RULE } from "../../dist/bench/train/task.js";
import { MODELS } from "../../dist/src/models/index.js";

const LOSSES_TO_SHOW = 2;

const { net, batch, backend } = JSON.parse(process.argv[2]);
const graph = MODELS[net]();
const { roles, classes } = rolesOf(graph);
const step = await openTraining(graph, roles, randomBatch(graph, batch, classes), { ...RULE, classes, backend });

function timed(steps) {
  const [start, cpuStart] = [performance.now(), process.cpuUsage()];
  let loss;
  for (let i = 0; i < steps; i++) loss = step();
  const { user, system } = process.cpuUsage(cpuStart);
  return { ms: performance.now() - start, cpuMs: (user + system) / 1000, loss };
}

const say = (answer) => console.log(JSON.stringify(answer));
const losses = Array.from({ length: LOSSES_TO_SHOW }, step);
say({ version: tfjsVersion, threads: 1, losses });
for await (const line of createInterface(process.stdin)) say(timed(JSON.parse(line).steps));
