import { log } from "../../math/log";
import { Task } from "../task";
import { exponential } from "./softmax_gradient";

/**
 * The loss of one image and its gradient: beta times the cross-entropy of softmax(x) against the label, smoothed by alpha
 * (Szegedy et al. 2016, section 7), plus gamma times T^2 times the divergence of softmax(x / T) from the teacher's softmax(z / T),
 * T being delta (Hinton et al. 2015, section 2).
 *
 * Layout    x, z: `count` logits (z 0: no teacher); w: the label, an i32, negative where there is none;
 *           y: the gradient of x, times epsilon; state: loss, 1 where the largest logit is the label's, the teacher's part.
 * Writes    exactly y.
 * Oracle    the float64 meaning in tests/train, by central differences.
 */
export function loss(t: Task): void {
  const label = load<i32>(t.w);
  for (let i = 0; i < t.count << 2; i += 4) store<f32>(t.y + i, 0);
  let sum: f32 = 0;
  if (label >= 0 && t.beta != 0) sum = t.beta * crossEntropy(t, label);
  let taught: f32 = 0;
  if (t.z != 0 && t.gamma != 0) taught = t.gamma * divergence(t);
  store<f32>(t.state, sum + taught);
  store<f32>(t.state, label >= 0 && largest(t) == label ? 1 : 0, 4);
  store<f32>(t.state, taught, 8);
}

function largest(t: Task): i32 {
  let best = 0;
  for (let k = 1; k < t.count; k++) if (load<f32>(t.x + (k << 2)) > load<f32>(t.x + (best << 2))) best = k;
  return best;
}

/** Logarithm of the sum of e^(x / temperature), and what was subtracted from all of them: log sum = shift + the result. */
function logSum(x: usize, count: i32, cold: f32, shift: f32): f32 {
  let sum: f32 = 0;
  for (let i = 0; i < count << 2; i += 4) sum += exponential(load<f32>(x + i) * cold - shift);
  return f32x4.extract_lane(log(f32x4.splat(sum)), 0);
}

function peak(x: usize, count: i32, cold: f32): f32 {
  let most: f32 = -Infinity;
  for (let i = 0; i < count << 2; i += 4) most = max(most, load<f32>(x + i) * cold);
  return most;
}

function crossEntropy(t: Task, label: i32): f32 {
  const shift = peak(t.x, t.count, 1);
  const sum = shift + logSum(t.x, t.count, 1, shift);
  const spread = t.alpha / (t.count as f32);
  let result: f32 = 0;
  for (let k = 0; k < t.count; k++) {
    const i = k << 2;
    const logarithm = load<f32>(t.x + i) - sum;
    const wanted = spread + (k == label ? 1 - t.alpha : 0);
    result -= wanted * logarithm;
    add(t, i, t.beta * (exponential(logarithm) - wanted));
  }
  return result;
}

function divergence(t: Task): f32 {
  const cold: f32 = 1 / t.delta;
  const shift = peak(t.x, t.count, cold);
  const sum = shift + logSum(t.x, t.count, cold, shift);
  const teacherShift = peak(t.z, t.count, cold);
  const teacherSum = teacherShift + logSum(t.z, t.count, cold, teacherShift);
  let result: f32 = 0;
  for (let i = 0; i < t.count << 2; i += 4) {
    const own = load<f32>(t.x + i) * cold - sum;
    const teacher = load<f32>(t.z + i) * cold - teacherSum;
    const wanted = exponential(teacher);
    result += wanted * (teacher - own);
    add(t, i, t.gamma * t.delta * (exponential(own) - wanted));
  }
  return result * t.delta * t.delta;
}

function add(t: Task, i: usize, v: f32): void {
  store<f32>(t.y + i, load<f32>(t.y + i) + v * t.epsilon);
}
