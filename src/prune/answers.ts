/** What networks answer to samples, and how often a changed one answers otherwise: misclassifications without labels. */
import type { Graph } from "../graph/graph.js";
import type { Runner } from "./runner.js";
import { firstOf, type Samples } from "./segments.js";

/** By name. */
export type Outputs = Readonly<Record<string, Float32Array>>;

/** The outputs of a network with one input, sample by sample. */
export async function outputsOf(graph: Graph, samples: Samples, runner: Runner): Promise<Outputs[]> {
  const prepared = await runner.prepare(graph);
  try {
    const answers: Outputs[] = [];
    for (let i = 0; i < samples.count; i++) {
      answers.push(prepared.run({ [graph.inputs[0]!.name]: samples.get(i) }));
      if (i % 16 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    return answers;
  } finally {
    prepared.dispose();
  }
}

/** The share of the first samples on which the place of the first output's largest number is another one. */
export async function answersApart(
  dense: Graph,
  samples: Samples,
  most: number,
  runner: Runner,
): Promise<(changed: Graph) => Promise<number>> {
  const some = firstOf(samples, most);
  const answers = async (graph: Graph): Promise<number[]> =>
    (await outputsOf(graph, some, runner)).map((outputs) => largest(outputs[dense.outputs[0]!]!));
  const expected = await answers(dense);
  return async (changed) => {
    const found = await answers(changed);
    return found.filter((answer, i) => answer !== expected[i]).length / some.count;
  };
}

function largest(numbers: Float32Array): number {
  let best = 0;
  for (let i = 1; i < numbers.length; i++) if (numbers[i]! > numbers[best]!) best = i;
  return best;
}
