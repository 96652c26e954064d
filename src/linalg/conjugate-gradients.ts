/** Equations that are never written down: only what their matrix makes of a vector is known. */
import { dot } from "./products.js";

/** The end comes when the gradient, in the preconditioner's metric, has shrunk to this share. */
const SETTLED = 1e-4;

/**
 * x with apply(x) = right, nearly, from 0 in so many steps, for a symmetric positive definite `apply`; `precondition` is near to its
 * inverse. Hestenes and Stiefel 1952, Methods of Conjugate Gradients, section 3. Each step leaves less of the error, so it may be
 * stopped at any of them.
 */
export function conjugateGradients(
  apply: (v: Float64Array) => Float64Array,
  right: Float64Array,
  precondition: (v: Float64Array) => Float64Array,
  steps: number,
): Float64Array {
  const x = new Float64Array(right.length);
  const residual = right.slice();
  let direction = precondition(residual);
  let size = dot(residual, direction);
  const enough = size * SETTLED ** 2;
  for (let step = 0; step < steps && size > enough; step++) {
    const applied = apply(direction);
    const length = size / dot(direction, applied);
    if (!(length > 0 && length < Infinity)) break;
    for (let i = 0; i < x.length; i++) {
      x[i]! += length * direction[i]!;
      residual[i]! -= length * applied[i]!;
    }
    const conditioned = precondition(residual);
    const next = dot(residual, conditioned);
    for (let i = 0; i < x.length; i++) direction[i] = conditioned[i]! + (next / size) * direction[i]!;
    size = next;
  }
  return x;
}
