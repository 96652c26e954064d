/** Non-maximum suppression: of boxes that overlap, the best one stays. */

/** Corners in any unit, x1 < x2 and y1 < y2. */
export interface Scored {
  readonly class: number;
  readonly score: number;
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
}

export interface Suppression {
  /** A box that overlaps a better one by more than this goes. */
  readonly iou: number;
  readonly most: number;
  /** Whether boxes of different classes suppress each other. */
  readonly acrossClasses: boolean;
}

/** The boxes that stay, best first; of equal scores the earlier one counts as the better. */
export function suppress<T extends Scored>(boxes: readonly T[], { iou, most, acrossClasses }: Suppression): T[] {
  const kept: T[] = [];
  // Sorting is stable.
  for (const box of [...boxes].sort((a, b) => b.score - a.score)) {
    if (kept.length === most) break;
    const rivals = (better: T) => acrossClasses || better.class === box.class;
    if (!kept.some((better) => rivals(better) && overlap(better, box) > iou)) kept.push(box);
  }
  return kept;
}

/** Intersection over union. */
export function overlap(a: Scored, b: Scored): number {
  const width = Math.min(a.x2, b.x2) - Math.max(a.x1, b.x1);
  const height = Math.min(a.y2, b.y2) - Math.max(a.y1, b.y1);
  if (width <= 0 || height <= 0) return 0;
  const shared = width * height;
  return shared / (area(a) + area(b) - shared);
}

const area = ({ x1, y1, x2, y2 }: Scored): number => (x2 - x1) * (y2 - y1);
