import { Abi, StepOffset } from "./abi";

/** One row of the plan: which kernel to run, and on what. The layout is drawn in abi.ts. */
@unmanaged
export class Step {
  kernel: u32;
  x: usize;
  f: usize;
  b: usize;
  z: usize;
  y: usize;
  scratch: usize;
  table: usize;
  ic: i32;
  ih: i32;
  iw: i32;
  oc: i32;
  oh: i32;
  ow: i32;
  kh: i32;
  kw: i32;
  sh: i32;
  sw: i32;
  dh: i32;
  dw: i32;
  top: i32;
  left: i32;
  bottom: i32;
  right: i32;
  block: i32;
  lo: f32;
  hi: f32;
  value: f32;
  share: i32;
  depth: i32;
  reads: usize;
  writes: usize;
}

/** Where plane `c` of those that a step reads lies behind x. */
export function planeRead(s: Step, c: i32, planeBytes: usize): usize {
  return s.reads == 0 ? (c as usize) * planeBytes : load<u32>(s.reads + ((c as usize) << 2));
}

/** Where plane `o` of those that a step writes lies behind y, and behind z. */
export function planeWritten(s: Step, o: i32, planeBytes: usize): usize {
  return s.writes == 0 ? (o as usize) * planeBytes : load<u32>(s.writes + ((o as usize) << 2));
}

// The compiler refuses a build in which the two sides disagree.
if (offsetof<Step>("y") != StepOffset.y) ERROR("Step.y is not where abi.ts says");
if (offsetof<Step>("ic") != StepOffset.ic) ERROR("Step.ic is not where abi.ts says");
if (offsetof<Step>("right") != StepOffset.right) ERROR("Step.right is not where abi.ts says");
if (offsetof<Step>("depth") != StepOffset.depth) ERROR("Step.depth is not where abi.ts says");
if (offsetof<Step>("writes") != StepOffset.writes) ERROR("Step.writes is not where abi.ts says");
if (<i32>offsetof<Step>() > Abi.stepBytes) ERROR("Step is larger than abi.ts says");
