import { softmaxOp } from "./softmax.js";

/** x - largest - log(sum of exp(x - largest)): the logarithm of softmax, without its underflow. */
export const logSoftmax = softmaxOp("log-softmax", true);
