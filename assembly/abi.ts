/**
 * What the host and the engine agree on: the step record and the kernels' numbers. Compiled by both compilers, so the two
 * sides cannot drift apart.
 */

/** Every kernel; the engine's table in kernels/index.ts and the host's planners use these numbers. */
export const enum Kernel {
  Conv6x8 = 0,
  Conv4x8Shuffled = 1,
  Depthwise = 2,
  DepthwiseRows = 3,
  Dense = 5,
  Matmul = 6,
  MaxPool = 7,
  AveragePool = 8,
  Mean = 9,
  Add = 10,
  Mul = 11,
  Scale = 12,
  Clip = 13,
  Softmax = 14,
  Copy = 15,
  Gather = 16,
  Fill = 17,
  Reduce = 40,
  LogSumExp = 41,
  LogSoftmax = 42,
  Arg = 43,
  Normalise = 44,
  NormaliseNeighbours = 45,
  GatherAxis = 50,
  Resample = 51,
  ResampleInner = 52,
  Sub = 20,
  Div = 21,
  Min = 22,
  Max = 23,
  Pow = 24,
  Prelu = 25,
  Unary = 26,
  PadPlanes = 60,
  ConvWinograd = 61,
  ConvWinogradShuffled = 62,
  ConvSparse = 65,
  Expand = 66,
  KeepPlanes = 67,
  WindowColumns = 70,
}

/** What the kernel `Reduce` combines: step field kh. */
export const enum Fold {
  Sum = 0,
  SumOfMagnitudes = 1,
  SumOfSquares = 2,
  Max = 3,
  Min = 4,
  Product = 5,
}

/** What the kernel `Reduce` does with the result: step field kw. */
export const enum Finish {
  Nothing = 0,
  Root = 1,
  Logarithm = 2,
}

/** The formulas of the kernel `Unary`, called and numbered as the format does it. */
export enum Unary {
  abs = 0,
  neg = 1,
  sign = 2,
  floor = 3,
  ceil = 4,
  round = 5,
  trunc = 6,
  sqrt = 7,
  reciprocal = 8,
  exp = 9,
  log = 10,
  tanh = 11,
  sigmoid = 12,
  hard_sigmoid = 13,
  hard_swish = 14,
  silu = 15,
  elu = 16,
  selu = 17,
  celu = 18,
  gelu = 19,
  gelu_tanh = 20,
  mish = 21,
  softplus = 22,
  softsign = 23,
  leaky_relu = 24,
  thresholded_relu = 25,
  shrink = 26,
  erf = 27,
}

// ╒═══════════════════════════ Step layout (128 bytes, little endian) ═══════════════════════════╕
//    0        4        8        12       16       20       24       28
// ├────────┼────────┼────────┼────────┼────────┼────────┼────────┼────────┤
// │ kernel │   x    │   f    │   b    │   z    │   y    │scratch │ table  │
// ├────────┼────────┼────────┼────────┼────────┼────────┼────────┼────────┤ 32
// │   ic   │   ih   │   iw   │   oc   │   oh   │   ow   │   kh   │   kw   │
// ├────────┼────────┼────────┼────────┼────────┼────────┼────────┼────────┤ 64
// │   sh   │   sw   │   dh   │   dw   │  top   │  left  │ bottom │ right  │
// ├────────┼────────┼────────┼────────┼────────┴────────┴────────┴────────┤ 96
// │ block  │   lo   │   hi   │ value  │ share  │ depth  │ reads  │ writes │
// └────────┴────────┴────────┴────────┴────────┴────────┴────────┴────────┘
// x input, f filter or second operand, b bias, z residual (0: none), y output, scratch, table: byte addresses.
// lo, hi: the clamp of the output. share: bytes of scratch that each thread has for itself. reads, writes: addresses of the byte
// offsets of the planes that are read, behind x, and written, behind y and z (0: all, in order). What else a kernel reads stands in
// its header.
export enum StepOffset {
  kernel = 0,
  x = 4,
  f = 8,
  b = 12,
  z = 16,
  y = 20,
  scratch = 24,
  table = 28,
  ic = 32,
  ih = 36,
  iw = 40,
  oc = 44,
  oh = 48,
  ow = 52,
  kh = 56,
  kw = 60,
  sh = 64,
  sw = 68,
  dh = 72,
  dw = 76,
  top = 80,
  left = 84,
  bottom = 88,
  right = 92,
  block = 96,
  lo = 100,
  hi = 104,
  value = 108,
  share = 112,
  depth = 116,
  reads = 120,
  writes = 124,
}

/** What lies in the scratch memory of Winograd's kernels. */
export const enum Winograd {
  /** Bytes between planes of transformed values beyond their contents, so that they do not meet in the caches. */
  apart = 64,
  /** Bytes of what is noted of a tile. */
  noteBytes = 16,
  /** Bytes that the transforms work in. */
  spareBytes = 2048,
}

export const enum Abi {
  /** Bytes of one step. */
  stepBytes = 128,
  /** Bytes behind every buffer that kernels may read and write to finish a vector. Their contents mean nothing. */
  slackBytes = 64,
  /** Where the words lie by which threads talk (`Control`). */
  control = 512,
  /** Addresses below this belong to the engine. */
  firstFree = 1024,
  /** Output channels that one panel of the dense kernel holds. */
  densePanel = 16,
  /** Pixels that one packed panel of the convolution holds. */
  convPanel = 8,
  /** Bytes of one tile of the convolution's sums. */
  convTileBytes = 192,
}

/**
 * Words by which the threads of a session talk, as offsets behind `Abi.control`; all start as 0. What is written at different
 * times lies on cache lines of its own. Without threads nobody reads them.
 */
export const enum Control {
  /** How many orders to run steps the first thread has given, and the last one: address of the plan, first step, how many. */
  orders = 0,
  plan = 4,
  first = 8,
  count = 12,
  /** How many threads are through with the present step. */
  arrived = 64,
  /** How many steps all threads are through with. */
  passed = 128,
  /** How many threads sleep. */
  sleepers = 192,
  /** Not 0 once a thread has died: whoever waits for it gives up. */
  failed = 256,
}
