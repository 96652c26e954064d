/** How often a changed network answers otherwise than the dense one: misclassifications without labels. */
import type { Graph } from "../graph/graph.js";
import type { Runner } from "./runner.js";
import type { Samples } from "./segments.js";

/** The share of the first samples on which the place of the first output's largest number is another one. */
export async function answersApart(
  dense: Graph,
  samples: Samples,
  most: number,
  runner: Runner,
): Promise<(changed: Graph) => Promise<number>> {
  const count = Math.min(most, samples.count);
  const [input, output] = [dense.inputs[0]!.name, dense.outputs[0]!];
  const pictures = Array.from({ length: count }, (_, i) => samples.get(i));
  const answers = async (graph: Graph): Promise<number[]> => {
    const prepared = await runner.prepare(graph);
    try {
      return pictures.map((picture) => largest(prepared.run({ [input]: picture })[output]!));
    } finally {
      prepared.dispose();
    }
  };
  const expected = await answers(dense);
  return async (changed) => {
    const found = await answers(changed);
    return found.filter((answer, i) => answer !== expected[i]).length / count;
  };
}

function largest(numbers: Float32Array): number {
  let best = 0;
  for (let i = 1; i < numbers.length; i++) if (numbers[i]! > numbers[best]!) best = i;
  return best;
}
