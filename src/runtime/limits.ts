/** What a network file may ask for. All are checked before anything is allocated for it. */
export const LIMITS = {
  /** Layers, inputs and outputs of a network, each. */
  count: 8192,
  /** Axes of a value. */
  rank: 8,
  /** Size of one axis, and of one attribute. */
  size: 1 << 24,
  /** Elements of one value or weight. */
  elements: 1 << 28,
  /** Steps of a plan: each image, group or row of a layer takes one. */
  steps: 1 << 17,
  /** Bytes of memory for one session: what 32-bit addresses reach. */
  memoryBytes: 65_536 * 65_536,
} as const;
