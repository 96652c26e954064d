/** Learning rates over a run: a factor of the one asked for, by how far the run is. */
import { RequestError } from "../errors.js";

/** The factor at a share of the run, 0 at the first step and below 1 at the last. */
type Curve = (done: number) => number;

/** THE list of schedules. */
const CURVES: Readonly<Record<string, Curve>> = {
  constant: () => 1,
  /** Loshchilov and Hutter 2017, equation 5, without restarts. */
  cosine: (done) => (1 + Math.cos(Math.PI * done)) / 2,
  /** A tenth from half of the run on, a hundredth from three quarters on (He et al. 2016, section 4.2). */
  step: (done) => (done < 0.5 ? 1 : done < 0.75 ? 0.1 : 0.01),
  /** Quadratic to zero. */
  polynomial: (done) => (1 - done) ** 2,
};

export const SCHEDULES = Object.keys(CURVES);

export interface ScheduleRequest {
  readonly name: string;
  readonly learningRate: number;
  /** Steps of the whole run. */
  readonly steps: number;
  /** Steps over which the rate rises in a straight line first (Goyal et al. 2017, section 2.2). */
  readonly warmUp?: number;
}

/** The learning rate at step 0, 1, and so on. Throws a `RequestError` for a schedule or a rate that there is not. */
export function scheduleOf({ name, learningRate, steps, warmUp = 0 }: ScheduleRequest): (step: number) => number {
  const curve = Object.hasOwn(CURVES, name) ? CURVES[name]! : undefined;
  if (!curve) throw new RequestError(`no schedule "${name}"; there is ${SCHEDULES.join(", ")}`, "schedule");
  if (!(learningRate > 0 && Number.isFinite(learningRate))) {
    throw new RequestError(`expected a learning rate above 0, got ${learningRate}`, "lr");
  }
  if (!(warmUp >= 0 && warmUp < Math.max(1, steps))) {
    throw new RequestError(`expected fewer warm-up steps than the run's ${steps}, got ${warmUp}`, "warm-up");
  }
  return (step) => {
    if (step < warmUp) return (learningRate * (step + 1)) / warmUp;
    return learningRate * curve((step - warmUp) / Math.max(1, steps - warmUp));
  };
}
