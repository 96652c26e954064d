/** From a graph and a batch size to the records of a training step. */
import { Training, TrainingKernel } from "../../assembly/training/abi.js";
import { ModelError } from "../errors.js";
import { type Graph, type Shape, sizeOf } from "../graph/graph.js";
import type { Build } from "../runtime/engine.js";
import type { Place } from "../runtime/site.js";
import { BackwardPass } from "./backward.js";
import { layOut } from "./layout.js";
import { logitsOf } from "./logits.js";
import { PlannedNetwork, stagesOf, statisticsOf, trainedConstants } from "./network.js";
import { ParameterLayout } from "./parameters.js";
import { Records } from "./records.js";
import { trainingPlan, type TrainingPlan } from "./training-plan.js";

/** Records of the optimiser: two runs of parameters. */
const OPTIMISER_RECORDS = 2;

export interface PlanRequest {
  /** Images of a batch. */
  readonly batch: number;
  readonly threads: number;
  readonly build: Build;
  /** A network whose logits are to be followed; its weights stay. */
  readonly teacher?: Graph | undefined;
  /** How many numbers the optimiser keeps for each parameter. */
  readonly states: number;
  readonly loss: LossNumbers;
}

/** See assembly/training/kernels/loss.ts. */
export interface LossNumbers {
  readonly smoothing: number;
  /** Weight of the cross-entropy against the labels, and of following the teacher. */
  readonly labels: number;
  readonly teacher: number;
  readonly temperature: number;
}

/** Throws a `ModelError` where the graph cannot be trained. */
export function planTraining(graph: Graph, request: PlanRequest): TrainingPlan {
  const { batch, threads, build, teacher, states, loss } = request;
  const records = new Records(build);
  const { buffers } = records;
  const logits = logitsOf(graph);
  const stages = stagesOf(graph, [logits]);
  const parameters = new ParameterLayout(graph, trainedConstants(graph, stages));
  if (parameters.list.length === 0) throw new ModelError("has no weights to train", graph.name);
  const statistics = new ParameterLayout(graph, new Map(statisticsOf(graph, stages).map((name) => [name, "norm"])));
  const kept = {
    parameters: buffers.keep(parameters.bytes, false),
    gradients: buffers.keep(parameters.bytes, false),
    states: buffers.keep(Math.max(64, states * parameters.bytes), false),
    statistics: buffers.keep(Math.max(64, statistics.bytes), false),
    labels: buffers.keep(4, true),
    loss: buffers.keep(4 * Training.lossFloats, true),
  };
  const network = new PlannedNetwork(graph, stages, records, batch, {
    placeOf(name) {
      const parameter = parameters.get(name);
      if (parameter) return { ...kept.parameters, offset: parameter.offset };
      const running = statistics.get(name);
      return running && { ...kept.statistics, offset: running.offset };
    },
  });
  const [input] = graph.inputs;
  if (!input || graph.inputs.length > 1)
    throw new ModelError(`has ${graph.inputs.length} inputs, training wants one`, graph.name);
  const x = { shape: input.shape, place: buffers.keep(4 * sizeOf(input.shape), true) };
  network.forward(new Map([[input.name, x]]));
  const classes = classesOf(graph, network.shapes.get(logits)!);
  const taught = teacher && planTeacher(teacher, records, batch, x, classes);
  const gradient = buffers.add(4 * classes, true);
  records.each(TrainingKernel.Loss, {
    ...{ x: network.valueOf(logits).place, z: taught, w: kept.labels, y: gradient, state: kept.loss, count: classes },
    ...{ alpha: loss.smoothing, beta: loss.labels, gamma: loss.teacher, delta: loss.temperature, epsilon: 1 / batch },
  });
  records.barrier();
  const forwardGroups = records.groups.length - 1;
  const asked = { parameters: { layout: parameters, at: kept.gradients } };
  new BackwardPass(network, records, asked).run(new Map([[logits, gradient]]));
  const layout = layOut(records, { batch, threads, forwardGroups, spareRecords: OPTIMISER_RECORDS });
  const memory = { states, parameters, statistics, kept, input: x.place };
  return trainingPlan(graph, network, layout, { ...memory, classes });
}

/** The teacher's logits for the same images. Batch norms that are folded cost nothing. */
function planTeacher(
  teacher: Graph,
  records: Records,
  batch: number,
  x: { shape: Shape; place: Place },
  classes: number,
): Place {
  const logits = logitsOf(teacher);
  const network = new PlannedNetwork(teacher, stagesOf(teacher, [logits]), records, batch, {
    placeOf: () => undefined,
  });
  const own = teacher.inputs[0]!;
  if (sizeOf(own.shape) !== sizeOf(x.shape) || teacher.inputs.length > 1) {
    throw new ModelError(
      `the teacher's input is ${own.shape.join("x")}, the network's ${x.shape.join("x")}`,
      teacher.name,
    );
  }
  records.barrier();
  network.forward(new Map([[own.name, { shape: own.shape, place: x.place }]]), true);
  const given = sizeOf(network.shapes.get(logits)!);
  if (given !== classes) throw new ModelError(`the teacher has ${given} classes, the network ${classes}`, teacher.name);
  return network.valueOf(logits).place;
}

function classesOf(graph: Graph, shape: Shape): number {
  if (shape.at(-1) === sizeOf(shape) || shape[1] === sizeOf(shape)) return sizeOf(shape);
  throw new ModelError(`gives ${shape.join("x")}; training wants one score a class`, graph.name);
}
