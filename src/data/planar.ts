/** Channel after channel (CHW) to pixel after pixel (HWC), which is how a `Picture` lies. */
export function interleave(planes: Uint8Array, channels: number): Uint8Array {
  const count = planes.length / channels;
  const pixels = new Uint8Array(planes.length);
  for (let c = 0; c < channels; c++) {
    for (let pixel = 0; pixel < count; pixel++) pixels[pixel * channels + c] = planes[c * count + pixel]!;
  }
  return pixels;
}
