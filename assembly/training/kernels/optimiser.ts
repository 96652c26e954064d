import { endOfVectors, firstOfVectors } from "../../threads";
import { Task } from "../task";

/**
 * One step of stochastic gradient descent with momentum, as PyTorch defines it: d = g + gamma x; state = beta state + d;
 * x -= alpha (mode 1, Nesterov: d + beta state; else state).
 *
 * Layout    x: parameters, g: gradients, state: velocities; `count` floats each.
 * Tile      4 elements; threads share the vectors.
 * Source    Sutskever et al. 2013, section 2, for Nesterov's form.
 */
export function sgd(t: Task): void {
  const rate = f32x4.splat(t.alpha);
  const momentum = f32x4.splat(t.beta);
  const decay = f32x4.splat(t.gamma);
  const end = endOfVectors(t.count);
  for (let i = firstOfVectors(t.count); i < end; i += 16) {
    const x = v128.load(t.x + i);
    const d = f32x4.add(v128.load(t.g + i), f32x4.mul(decay, x));
    const velocity = f32x4.add(f32x4.mul(momentum, v128.load(t.state + i)), d);
    v128.store(t.state + i, velocity);
    const move = t.mode == 0 ? velocity : f32x4.add(d, f32x4.mul(momentum, velocity));
    v128.store(t.x + i, f32x4.sub(x, f32x4.mul(rate, move)));
  }
}

/**
 * One step of Adam with decoupled weight decay: state = beta state + (1 - beta) g; z = gamma z + (1 - gamma) g^2;
 * x -= alpha state / (sqrt(z) zeta + epsilon) + delta x. alpha and zeta hold the corrections of the step's number.
 *
 * Layout    x: parameters, g: gradients, state and z: first and second moments; `count` floats each.
 * Tile      4 elements; threads share the vectors.
 * Source    Kingma and Ba 2015, algorithm 1; Loshchilov and Hutter 2019 for the decay.
 */
export function adam(t: Task): void {
  const one = f32x4.splat(1);
  const rate = f32x4.splat(t.alpha);
  const first = f32x4.splat(t.beta);
  const second = f32x4.splat(t.gamma);
  const decay = f32x4.splat(t.delta);
  const epsilon = f32x4.splat(t.epsilon);
  const correction = f32x4.splat(t.zeta);
  const end = endOfVectors(t.count);
  for (let i = firstOfVectors(t.count); i < end; i += 16) {
    const x = v128.load(t.x + i);
    const g = v128.load(t.g + i);
    const mean = f32x4.add(f32x4.mul(first, v128.load(t.state + i)), f32x4.mul(f32x4.sub(one, first), g));
    const square = f32x4.mul(f32x4.sub(one, second), f32x4.mul(g, g));
    const scale = f32x4.add(f32x4.mul(second, v128.load(t.z + i)), square);
    v128.store(t.state + i, mean);
    v128.store(t.z + i, scale);
    const below = f32x4.add(f32x4.mul(f32x4.sqrt(scale), correction), epsilon);
    const move = f32x4.add(f32x4.mul(rate, f32x4.div(mean, below)), f32x4.mul(decay, x));
    v128.store(t.x + i, f32x4.sub(x, move));
  }
}
