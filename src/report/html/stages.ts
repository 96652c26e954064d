/** How the stages of recovery are called and drawn. */
import type { Finish } from "../charts/trade-off.js";
import type { Stage } from "../comparison.js";

export const STAGE_NAMES: Readonly<Record<Stage, string>> = {
  asCut: "as cut",
  statistics: "statistics re-estimated",
  fineTuned: "fine-tuned",
};

export const STAGE_FINISHES: Readonly<Record<Stage, Finish>> = {
  asCut: "hollow",
  statistics: "pale",
  fineTuned: "solid",
};
