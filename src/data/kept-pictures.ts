/** Pictures that cost time to make, kept in memory up to a bound. */
import type { Picture } from "./picture.js";

/** What is kept at most unless an option says otherwise. */
export const KEPT_BYTES = 512 * 2 ** 20;

/**
 * `make` behind a memory of what it made: the first pictures that fit into `mostBytes` stay, the others are made again each time.
 * Nothing is put out for something newer: a set that is read in a new order each epoch gains nothing from that.
 */
export function keepPictures(make: (index: number) => Picture, mostBytes = KEPT_BYTES): (index: number) => Picture {
  const kept = new Map<number, Picture>();
  let bytes = 0;
  return (index) => {
    const known = kept.get(index);
    if (known !== undefined) return known;
    const picture = make(index);
    if (bytes + picture.pixels.length > mostBytes) return picture;
    bytes += picture.pixels.length;
    kept.set(index, picture);
    return picture;
  };
}
