/** The verbs of the command line, as its help lists them. */
export const VERBS = [
  "inspect",
  "compile",
  "methods",
  "sensitivity",
  "prune",
  "run",
  "eval",
  "bench",
  "train",
  "finetune",
  "distill",
];
