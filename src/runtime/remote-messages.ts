/** What `loadRemote` and the worker that hosts the session say to each other. */
import type { Fault } from "./faults.js";
import type { LoadOptions } from "./load.js";
import type { Inputs, LayerTime, Outputs, RunOptions, Session } from "./session.js";

/** What there is to know of a session, without what it does. */
export type SessionFacts = Pick<
  Session,
  | "name"
  | "build"
  | "inputs"
  | "outputs"
  | "labels"
  | "task"
  | "boxes"
  | "provenance"
  | "layers"
  | "tuning"
  | "memory"
  | "macs"
  | "peakBytes"
  | "threads"
>;

/** What the page's side asks for: `load` once and first, then runs and profiles. */
export interface Requests {
  load: { readonly network: Uint8Array; readonly engine: WebAssembly.Module; readonly options: LoadOptions };
  run: { readonly inputs: Inputs; readonly options: Pick<RunOptions, "budgetMs"> };
  profile: { readonly inputs: Inputs; readonly runs: number | undefined };
}

export interface Answers {
  load: SessionFacts;
  run: Outputs;
  profile: LayerTime[];
}

export type Verb = keyof Requests;

/** A numbered request, or the wish to stop the one of this number. */
export type ToWorker =
  | { [V in Verb]: { readonly id: number; readonly verb: V; readonly request: Requests[V] } }[Verb]
  | { readonly id: number; readonly verb: "stop" };

export type FromWorker =
  { readonly id: number; readonly answer: Answers[Verb] } | { readonly id: number; readonly fault: Fault };
