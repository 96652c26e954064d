import { defineUnary } from "./unary.js";

/** The nearest whole number, half to even. */
export function roundHalfEven(x: number): number {
  const down = Math.floor(x);
  if (x - down !== 0.5) return Math.round(x);
  return down % 2 === 0 ? down : down + 1;
}

export const round = defineUnary({ name: "round", kind: "round", of: roundHalfEven });
