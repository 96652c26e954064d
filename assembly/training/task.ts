import { TaskOffset, Training } from "./abi";
import { shareNumber } from "../threads";

/** One record of a training plan. The layout is drawn in abi.ts. */
@unmanaged
export class Task {
  kernel: u32;
  x: usize;
  g: usize;
  y: usize;
  z: usize;
  w: usize;
  state: usize;
  table: usize;
  scratch: usize;
  share: i32;
  images: i32;
  xEach: i32;
  gEach: i32;
  yEach: i32;
  chunks: i32;
  groups: i32;
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
  count: i32;
  mode: i32;
  block: i32;
  most: i32;
  alpha: f32;
  beta: f32;
  gamma: f32;
  delta: f32;
  epsilon: f32;
  zeta: f32;
}

// The compiler refuses a build in which the two sides disagree.
if (offsetof<Task>("table") != TaskOffset.table) ERROR("Task.table is not where abi.ts says");
if (offsetof<Task>("ic") != TaskOffset.ic) ERROR("Task.ic is not where abi.ts says");
if (offsetof<Task>("mode") != TaskOffset.mode) ERROR("Task.mode is not where abi.ts says");
if (offsetof<Task>("zeta") != TaskOffset.zeta) ERROR("Task.zeta is not where abi.ts says");
if (<i32>offsetof<Task>() > Training.taskBytes) ERROR("Task is larger than abi.ts says");

/** This thread's part of the task's scratch memory, `share` bytes long. */
export function scratchFor(t: Task): usize {
  return t.scratch + (shareNumber() as usize) * (t.share as usize);
}
