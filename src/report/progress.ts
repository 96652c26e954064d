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
  readonly enabled?: boolean;
  readonly stream?: ProgressStream;
  /** Milliseconds from any start; the tests have a clock of their own. */
  readonly now?: () => number;
}

export interface Progress {
  /** `done` of `total` are done. Cheap to call for each one. */
  update(done: number): void;
  /** Writes how it ended, and leaves the line. Nothing may follow. */
  finish(): void;
}

const TERMINAL_INTERVAL = 100;
const PLAIN_INTERVAL = 5000;
const SILENT: Progress = { update: () => {}, finish: () => {} };
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
  let done = 0;
  const write = (): void => {
    const line = describe(options, done, (now() - begin) / 1000);
    stream.write(terminal ? `\r${line.slice(0, (stream.columns ?? 80) - 1)}${CLEAR_TO_END}` : `${line}\n`);
    written = done;
  };
  return {
    update(count) {
      done = count;
      if (now() < due) return;
      write();
      due = now() + interval;
    },
    finish() {
      if (written === -1) return;
      if (written !== done) write();
      if (terminal) stream.write("\n");
    },
  };
}

/** `evaluate 300/1000 30%, 152 pictures/s, 5 s left`. */
function describe({ label, total, unit = "" }: ProgressOptions, done: number, seconds: number): string {
  const share = total > 0 ? ` ${Math.floor((100 * done) / total)}%` : "";
  const start = `${label} ${done}/${total}${share}`;
  if (done <= 0 || seconds <= 0) return start;
  const rate = done / seconds;
  const left = Math.max(0, total - done) / rate;
  const speed = unit === "" ? `${formatCount(rate)}/s` : `${formatCount(rate)} ${unit}/s`;
  return `${start}, ${speed}, ${done >= total ? `${formatDuration(seconds)} in all` : `${formatDuration(left)} left`}`;
}
