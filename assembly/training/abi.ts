/** What the trainer and the training module agree on: the task record and the kernels' numbers. Compiled by both compilers. */

/** The kernels that only training has; smaller numbers are the engine's (../abi.ts). */
export const enum TrainingKernel {
  Images = 128,
  PackProduct = 129,
  PackWinograd = 130,
  ReverseTaps = 131,
  FilterGradient = 132,
  SumFilterGradient = 133,
  DepthwiseFilterGradient = 134,
  BiasGradient = 135,
  ConvDataGradient = 136,
  DepthwiseDataGradient = 137,
  WinogradFilterGradient = 138,
  DenseForward = 140,
  DenseFilterGradient = 141,
  DenseDataGradient = 142,
  BatchNormStatistics = 150,
  BatchNormCombine = 151,
  BatchNormSums = 152,
  BatchNormCombineGradients = 153,
  BatchNormData = 154,
  ClipGradient = 160,
  UnaryGradient = 161,
  PreluGradient = 162,
  SoftmaxGradient = 163,
  SpreadMean = 164,
  ScatterAdd = 165,
  SumImages = 166,
  MaxPoolGradient = 170,
  AveragePoolGradient = 171,
  Loss = 180,
  Sgd = 190,
  Adam = 191,
}

// ╒═══════════════════════════ Task layout (192 bytes, little endian) ═══════════════════════════╕
//    0        4        8        12       16       20       24       28
// ├────────┼────────┼────────┼────────┼────────┼────────┼────────┼────────┤
// │ kernel │   x    │   g    │   y    │   z    │   w    │ state  │ table  │
// ├────────┼────────┼────────┼────────┼────────┼────────┼────────┼────────┤ 32
// │scratch │ share  │ images │ xEach  │ gEach  │ yEach  │ chunks │ groups │
// ├────────┼────────┼────────┼────────┼────────┼────────┼────────┼────────┤ 64
// │   ic   │   ih   │   iw   │   oc   │   oh   │   ow   │   kh   │   kw   │
// ├────────┼────────┼────────┼────────┼────────┼────────┼────────┼────────┤ 96
// │   sh   │   sw   │   dh   │   dw   │  top   │  left  │ count  │  mode  │
// ├────────┼────────┼────────┼────────┼────────┼────────┼────────┼────────┤ 128
// │ block  │  most  │ alpha  │  beta  │ gamma  │ delta  │epsilon │  zeta  │
// ├────────┴────────┴────────┴────────┴────────┴────────┴────────┴────────┤ 160
// │                                unused                                 │
// └───────────────────────────────────────────────────────────────────────┘
// x values, g the gradient of what was computed from them, y what is written, z added or second operand (0: none), w parameters,
// state what lasts, table, scratch: byte addresses. xEach, gEach, yEach: bytes from one image to the next. alpha to zeta: floats.
export enum TaskOffset {
  kernel = 0,
  x = 4,
  g = 8,
  y = 12,
  z = 16,
  w = 20,
  state = 24,
  table = 28,
  scratch = 32,
  share = 36,
  images = 40,
  xEach = 44,
  gEach = 48,
  yEach = 52,
  chunks = 56,
  groups = 60,
  ic = 64,
  ih = 68,
  iw = 72,
  oc = 76,
  oh = 80,
  ow = 84,
  kh = 88,
  kw = 92,
  sh = 96,
  sw = 100,
  dh = 104,
  dw = 108,
  top = 112,
  left = 116,
  count = 120,
  mode = 124,
  block = 128,
  most = 132,
  alpha = 136,
  beta = 140,
  gamma = 144,
  delta = 148,
  epsilon = 152,
  zeta = 156,
}

export const enum Training {
  /** Bytes of one record; a step of the engine takes the first of them. */
  taskBytes = 192,
  /** Floats that the loss leaves for each image: the loss, whether the answer was right, the part that is the teacher's, nothing. */
  lossFloats = 4,
}

/** Rows of batch norm's table of coefficients, each a float a channel. */
export const enum BatchNormRow {
  scale = 0,
  shift = 1,
  mean = 2,
  deviation = 3,
  slope = 4,
  tilt = 5,
  offset = 6,
  /** How many there are. */
  count = 7,
}
