import { sizeOf } from "../graph/graph.js";
import type { Outputs, Session } from "../runtime/index.js";

export interface TopClass {
  readonly index: number;
  readonly label: string | undefined;
  readonly score: number;
}

/** The best classes of a classifier's answer, best first; undefined where the output is not one number a class. */
export function topClasses(session: Session, outputs: Outputs, most: number): TopClass[] | undefined {
  const [output, ...others] = session.outputs;
  const classes = sizeOf(output!.shape.slice(1));
  const plain = others.length === 0 && output!.shape[0] === 1 && output!.shape.slice(2).every((size) => size === 1);
  if (!plain || classes < 2 || (session.task !== "classes" && output!.shape.length > 2)) return undefined;
  const scores = outputs[output!.name]!;
  const order = [...scores.keys()].sort((a, b) => scores[b]! - scores[a]! || a - b);
  return order.slice(0, most).map((index) => ({ index, label: session.labels[index], score: scores[index]! }));
}
