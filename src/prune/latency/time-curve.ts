/** How long a layer takes by what is left of it. */

/** A measurement: with so large a share of its multiply-adds left a layer takes so many milliseconds. */
export type TimePoint = readonly [share: number, milliseconds: number];

/** What is less than this share faster than the layer as it is is no faster: clocks do not tell. */
const NOISE = 0.02;

/**
 * Milliseconds by the share that is left: straight lines between the points and the layer as it is (share 1). With more left a layer
 * never takes less, nor ever more than as it is; below the least share that was measured nothing more is gained.
 */
export function timeCurve(points: readonly TimePoint[], wholeMs: number): (share: number) => number {
  let most = 0;
  const rising = [...points]
    .sort(([a], [b]) => a - b)
    .filter(([share]) => share < 1)
    .map(([share, ms]): TimePoint => [share, (most = Math.max(most, ms > wholeMs * (1 - NOISE) ? wholeMs : ms))]);
  rising.push([1, wholeMs]);
  return (share) => {
    const next = rising.findIndex(([at]) => at >= share);
    if (next <= 0) return next === 0 ? rising[0]![1] : wholeMs;
    const [[x0, y0], [x1, y1]] = [rising[next - 1]!, rising[next]!];
    return y0 + ((y1 - y0) * (share - x0)) / (x1 - x0);
  };
}
