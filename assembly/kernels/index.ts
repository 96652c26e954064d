/** THE table of kernels: one line each, by the numbers of abi.ts. */
import { Kernel } from "../abi";
import { Step } from "../step";
import { arg_f32 } from "./arg_f32";
import { add_f32, div_f32, max_f32, min_f32, mul_f32, pow_f32, prelu_f32, sub_f32 } from "./binary_f32";
import { clip_f32 } from "./clip_f32";
import { conv_f32_4x8s, conv_f32_6x8 } from "./conv_f32";
import { conv_sparse_f32 } from "./conv_sparse_f32";
import { conv_winograd_f32_4x8s, conv_winograd_f32_6x8 } from "./conv_winograd_f32";
import { dense_f32 } from "./dense_f32";
import { depthwise_f32 } from "./depthwise_f32";
import { depthwise_rows_f32 } from "./depthwise_rows_f32";
import { expand_f32 } from "./expand_f32";
import { keep_planes_f32 } from "./keep_planes_f32";
import { log_softmax_f32, log_sum_exp_f32 } from "./log_softmax_f32";
import { gather_axis_f32 } from "./gather_axis_f32";
import { matmul_f32 } from "./matmul_f32";
import { mean_f32 } from "./mean_f32";
import { copy_f32, fill_f32, gather_f32 } from "./move_f32";
import { normalise_f32 } from "./normalise_f32";
import { normalise_neighbours_f32 } from "./normalise_neighbours_f32";
import { pad_planes_f32 } from "./pad_planes_f32";
import { average_pool_f32, max_pool_f32 } from "./pool_f32";
import { reduce_f32 } from "./reduce_f32";
import { resample_f32, resample_inner_f32 } from "./resample_f32";
import { scale_f32 } from "./scale_f32";
import { softmax_f32 } from "./softmax_f32";
import { unary_f32 } from "./unary_f32";
import { window_columns_f32 } from "./window_columns_f32";

/** Runs this thread's share of one step; a number that is not in the table traps. */
export function dispatch(s: Step): void {
  switch (s.kernel) {
    case Kernel.Conv6x8:
      return conv_f32_6x8(s);
    case Kernel.Conv4x8Shuffled:
      return conv_f32_4x8s(s);
    case Kernel.Depthwise:
      return depthwise_f32(s);
    case Kernel.DepthwiseRows:
      return depthwise_rows_f32(s);
    case Kernel.MaxPool:
      return max_pool_f32(s);
    case Kernel.AveragePool:
      return average_pool_f32(s);
    case Kernel.PadPlanes:
      return pad_planes_f32(s);
    case Kernel.ConvWinograd:
      return conv_winograd_f32_6x8(s);
    case Kernel.ConvWinogradShuffled:
      return conv_winograd_f32_4x8s(s);
    case Kernel.ConvSparse:
      return conv_sparse_f32(s);
    case Kernel.Expand:
      return expand_f32(s);
    case Kernel.KeepPlanes:
      return keep_planes_f32(s);
    case Kernel.WindowColumns:
      return window_columns_f32(s);
    case Kernel.Add:
      return add_f32(s);
    case Kernel.Mul:
      return mul_f32(s);
    case Kernel.Clip:
      return clip_f32(s);
    case Kernel.Unary:
      return unary_f32(s);
    case Kernel.Dense:
      return dense_f32(s);
    case Kernel.Matmul:
      return matmul_f32(s);
    case Kernel.Mean:
      return mean_f32(s);
    case Kernel.Scale:
      return scale_f32(s);
    case Kernel.Softmax:
      return softmax_f32(s);
    case Kernel.Copy:
      return copy_f32(s);
    case Kernel.Gather:
      return gather_f32(s);
    case Kernel.Fill:
      return fill_f32(s);
    case Kernel.Reduce:
      return reduce_f32(s);
    case Kernel.LogSumExp:
      return log_sum_exp_f32(s);
    case Kernel.LogSoftmax:
      return log_softmax_f32(s);
    case Kernel.Arg:
      return arg_f32(s);
    case Kernel.Normalise:
      return normalise_f32(s);
    case Kernel.NormaliseNeighbours:
      return normalise_neighbours_f32(s);
    case Kernel.GatherAxis:
      return gather_axis_f32(s);
    case Kernel.Resample:
      return resample_f32(s);
    case Kernel.ResampleInner:
      return resample_inner_f32(s);
    case Kernel.Sub:
      return sub_f32(s);
    case Kernel.Div:
      return div_f32(s);
    case Kernel.Min:
      return min_f32(s);
    case Kernel.Max:
      return max_f32(s);
    case Kernel.Pow:
      return pow_f32(s);
    case Kernel.Prelu:
      return prelu_f32(s);
    default:
      unreachable();
  }
}
