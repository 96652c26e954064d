/** One line that says how far a long job is: on a terminal rewritten in place, elsewhere a new line now and then. */
import { formatCount, formatDuration } from "./units.js";

/** The part of a Node stream that is needed. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

export interface ProgressOptions {
  readonly label: string;
  readonly total: number;
  /** What is counted, for the rate: "pictures". */
  readonly unit?: string;
  /** How many were done before it began: they do not count for the rate. */
  readonly from?: number;
  readonly enabled?: boolean;
  readonly stream?: ProgressStream;
  /** Milliseconds from any start; the tests have a clock of their own. */
  readonly now?: () => number;
}

export interface Progress {
  /** `done` of `total` are done, and how it stands. Cheap to call for each one: `detail` is asked for only when it is written. */
  update(done: number, detail?: () => string): void;
  /** Takes the line away from a terminal, so that something else can be written there. */
  clear(): void;
  /** Writes how it ended, and leaves the line. Nothing may follow. */
  finish(): void;
}

const TERMINAL_INTERVAL = 100;
const PLAIN_INTERVAL = 5000;
const SILENT: Progress = { update: () => {}, clear: () => {}, finish: () => {} };
const CLEAR_TO_END = "\x1b[K";

export function createProgress(options: ProgressOptions): Progress {
  const { enabled = true, stream = process.stderr, now = () => performance.now() } = options;
  if (!enabled) return SILENT;
  const terminal = stream.isTTY === true;
  const interval = terminal ? TERMINAL_INTERVAL : PLAIN_INTERVAL;
  const begin = now();
  // A terminal shows the first step at once; elsewhere a job of a few seconds writes nothing at all.
  let due = terminal ? begin : begin + interval;
  let written = -1;
  let done = options.from ?? 0;
  let detail: (() => string) | undefined;
  const write = (): void => {
    const line = describe(options, { done, detail: detail?.() ?? "", seconds: (now() - begin) / 1000 });
    stream.write(terminal ? `\r${line.slice(0, (stream.columns ?? 80) - 1)}${CLEAR_TO_END}` : `${line}\n`);
    written = done;
  };
  return {
    update(count, how) {
      done = count;
      detail = how;
      if (now() < due) return;
      write();
      due = now() + interval;
    },
    clear() {
      if (terminal && written !== -1) stream.write(`\r${CLEAR_TO_END}`);
    },
    finish() {
      if (written === -1) return;
      if (written !== done) write();
      if (terminal) stream.write("\n");
    },
  };
}

interface Standing {
  readonly done: number;
  readonly detail: string;
  readonly seconds: number;
}

/** `evaluate 300/1000 30%, 152 pictures/s, 5 s left`, and behind that what the job says of itself. */
function describe({ label, total, unit = "", from = 0 }: ProgressOptions, { done, detail, seconds }: Standing): string {
  const share = total > 0 ? ` ${Math.floor((100 * done) / total)}%` : "";
  const start = `${label} ${done}/${total}${share}`;
  const end = detail === "" ? "" : `; ${detail}`;
  if (done <= from || seconds <= 0) return `${start}${end}`;
  const rate = (done - from) / seconds;
  const left = Math.max(0, total - done) / rate;
  const speed = unit === "" ? `${formatCount(rate)}/s` : `${formatCount(rate)} ${unit}/s`;
  const time = done >= total ? `${formatDuration(seconds)} in all` : `${formatDuration(left)} left`;
  return `${start}, ${speed}, ${time}${end}`;
}
