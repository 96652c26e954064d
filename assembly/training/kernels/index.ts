/** THE table of training kernels: a new one is one more file, one line here and its number in ../abi.ts. */
import { dispatch } from "../../kernels/index";
import { Step } from "../../step";
import { alone, endOf, firstOf, together } from "../../threads";
import { Training, TrainingKernel } from "../abi";
import { Task } from "../task";
import { average_pool_gradient } from "./average_pool_gradient";
import {
  batch_norm_combine,
  batch_norm_combine_gradients,
  batch_norm_data,
  batch_norm_statistics,
  batch_norm_sums,
} from "./batch_norm";
import { bias_gradient } from "./bias_gradient";
import { conv_data_gradient } from "./conv_data_gradient";
import { dense_data_gradient, dense_filter_gradient, dense_forward } from "./dense";
import { depthwise_data_gradient, depthwise_filter_gradient } from "./depthwise_gradient";
import { clip_gradient, prelu_gradient, unary_gradient } from "./elementwise_gradient";
import { filter_gradient, sum_filter_gradient } from "./filter_gradient";
import { loss } from "./loss";
import { max_pool_gradient } from "./max_pool_gradient";
import { scatter_add, spread_mean, sum_images } from "./move_gradient";
import { adam, sgd } from "./optimiser";
import { pack_product, pack_winograd, reverse_taps } from "./pack_filter";
import { softmax_gradient } from "./softmax_gradient";
import { winograd_filter_gradient } from "./winograd_filter_gradient";

/** Runs this thread's share of one record; a number that is in no table traps. */
export function perform(t: Task): void {
  switch (t.kernel) {
    case TrainingKernel.Images:
      return images(t);
    case TrainingKernel.PackProduct:
      return pack_product(t);
    case TrainingKernel.PackWinograd:
      return pack_winograd(t);
    case TrainingKernel.ReverseTaps:
      return reverse_taps(t);
    case TrainingKernel.FilterGradient:
      return filter_gradient(t);
    case TrainingKernel.WinogradFilterGradient:
      return winograd_filter_gradient(t);
    case TrainingKernel.SumFilterGradient:
      return sum_filter_gradient(t);
    case TrainingKernel.DepthwiseFilterGradient:
      return depthwise_filter_gradient(t);
    case TrainingKernel.BiasGradient:
      return bias_gradient(t);
    case TrainingKernel.ConvDataGradient:
      return conv_data_gradient(t);
    case TrainingKernel.DepthwiseDataGradient:
      return depthwise_data_gradient(t);
    case TrainingKernel.DenseForward:
      return dense_forward(t);
    case TrainingKernel.DenseFilterGradient:
      return dense_filter_gradient(t);
    case TrainingKernel.DenseDataGradient:
      return dense_data_gradient(t);
    case TrainingKernel.BatchNormStatistics:
      return batch_norm_statistics(t);
    case TrainingKernel.BatchNormCombine:
      return batch_norm_combine(t);
    case TrainingKernel.BatchNormSums:
      return batch_norm_sums(t);
    case TrainingKernel.BatchNormCombineGradients:
      return batch_norm_combine_gradients(t);
    case TrainingKernel.BatchNormData:
      return batch_norm_data(t);
    case TrainingKernel.ClipGradient:
      return clip_gradient(t);
    case TrainingKernel.UnaryGradient:
      return unary_gradient(t);
    case TrainingKernel.PreluGradient:
      return prelu_gradient(t);
    case TrainingKernel.SoftmaxGradient:
      return softmax_gradient(t);
    case TrainingKernel.SpreadMean:
      return spread_mean(t);
    case TrainingKernel.ScatterAdd:
      return scatter_add(t);
    case TrainingKernel.SumImages:
      return sum_images(t);
    case TrainingKernel.MaxPoolGradient:
      return max_pool_gradient(t);
    case TrainingKernel.AveragePoolGradient:
      return average_pool_gradient(t);
    case TrainingKernel.Loss:
      return loss(t);
    case TrainingKernel.Sgd:
      return sgd(t);
    case TrainingKernel.Adam:
      return adam(t);
    default:
      dispatch(changetype<Step>(t));
  }
}

/**
 * Images apart: each thread takes some of the images of the batch and runs all records of each, alone.
 *
 * Layout    x: records, `count` for each of `images` images, one image behind the other.
 */
function images(t: Task): void {
  const end = endOf(t.images) * t.count;
  let i = firstOf(t.images) * t.count;
  alone();
  for (; i < end; i++) perform(changetype<Task>(t.x + (i as usize) * Training.taskBytes));
  together();
}
