import { classes, isClassifier } from "../runtime/classes.js";
import type { Outputs, Session } from "../runtime/index.js";

export interface TopClass {
  readonly index: number;
  readonly label: string | undefined;
  readonly score: number;
}

/** The best classes of a classifier's answer, best first; undefined where the output is not one number a class. */
export function topClasses(session: Session, outputs: Outputs, most: number): TopClass[] | undefined {
  if (!isClassifier(session) || session.outputs[0]!.shape[0] !== 1) return undefined;
  return classes(session, outputs, { most }).map(({ class: index, label, score }) => ({ index, label, score }));
}
