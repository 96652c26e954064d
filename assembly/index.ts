/** The engine: one function that walks the plan. It owns no memory, allocates nothing and calls nothing outside. */
import { Abi } from "./abi";
import { dispatch } from "./kernels/index";
import { Step } from "./step";
import { finishStep } from "./threads";

/** Runs `count` steps of the plan at `plan`, from number `first` on; of every step this thread's share. */
export function run(plan: usize, first: i32, count: i32): void {
  let at = plan + (first as usize) * Abi.stepBytes;
  for (; count > 0; count--) {
    dispatch(changetype<Step>(at));
    finishStep();
    at += Abi.stepBytes;
  }
}
