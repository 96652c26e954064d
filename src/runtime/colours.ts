/** From samples to the numbers of a network's input, colour by colour. */
import type { Preprocessing } from "../gen/network.js";

type Colours = Pick<Preprocessing, "colour">;

/** Channels of the input. */
export const coloursOf = ({ colour }: Colours): 1 | 3 => (colour === "grey" ? 1 : 3);

/** The sample of one channel of the input, of the pixel whose samples begin at `at`. */
export type Sampler = (samples: ArrayLike<number>, at: number) => number;

/**
 * The sampler of input channel `c`, of pictures with so many channels: grey from colour by ITU-R BT.601 luma, in thousandths, so
 * that equal colours give exactly their value; colour from grey by repetition.
 */
export function sampler(channels: number, { colour }: Colours, c: number): Sampler {
  if (channels === 1) return (samples, at) => samples[at]!;
  if (colour === "grey")
    return (samples, at) => (299 * samples[at]! + 587 * samples[at + 1]! + 114 * samples[at + 2]!) / 1000;
  const from = colour === "bgr" ? 2 - c : c;
  return (samples, at) => samples[at + from]!;
}

/** What a sample, 0 to 255, becomes in channel `c`: `(sample / 255 - mean) / std`; itself where there is neither. */
export function normaliser({ mean, std }: Pick<Preprocessing, "mean" | "std">, c: number): (sample: number) => number {
  if (mean.length === 0 && std.length === 0) return (sample) => sample;
  const [m, s] = [mean[c] ?? 0, std[c] ?? 1];
  return (sample) => (sample / 255 - m) / s;
}
