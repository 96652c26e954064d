/**
 * Runs inside an engine: espalier trains a network of the list. Stays; {"steps": N} is answered by the time that they took,
 * {"profiled": N} by where the time of N steps went.
 */
import { createInterface } from "node:readline";
import { randomBatch, RULE } from "../../dist/bench/train/task.js";
import { MODELS } from "../../dist/src/models/index.js";
import { sgd, TrainingStep } from "../../dist/src/train/index.js";

const LOSSES_TO_SHOW = 3;

const { net, batch, threads, build } = JSON.parse(process.argv[2]);
const graph = MODELS[net]();
const trained = await TrainingStep.open(graph, { batch, threads, build, optimiser: sgd(RULE) });
if (trained.threads !== threads) throw new Error(`has ${trained.threads} threads here`);
const { images, labels } = randomBatch(graph, batch, trained.classes);
let number = 0;

function step() {
  const { loss } = trained.run(images, labels);
  trained.update(RULE.learningRate, ++number);
  return loss;
}

function timed(steps) {
  const [start, cpuStart] = [performance.now(), process.cpuUsage()];
  let loss;
  for (let i = 0; i < steps; i++) loss = step();
  const { user, system } = process.cpuUsage(cpuStart);
  return { ms: performance.now() - start, cpuMs: (user + system) / 1000, loss };
}

/** Of one step, with the whole time and that of the optimiser. */
function profile() {
  const start = performance.now();
  const kernels = trained.profile(images, labels);
  const middle = performance.now();
  trained.update(RULE.learningRate, ++number);
  const end = performance.now();
  return { kernels, optimiserMs: end - middle, ms: end - start };
}

const say = (answer) => console.log(JSON.stringify(answer));
const losses = Array.from({ length: LOSSES_TO_SHOW }, step);
say({ threads, losses, memoryBytes: trained.memory.totalBytes });
for await (const line of createInterface(process.stdin)) {
  const { steps, profiled } = JSON.parse(line);
  say(profiled ? { steps: Array.from({ length: profiled }, profile) } : timed(steps));
}
