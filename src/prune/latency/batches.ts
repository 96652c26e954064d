/** In their order, as many at a time as fit into the room; what does not fit by itself comes alone. */
export function batchesOf<Item>(items: readonly Item[], sizeOf: (item: Item) => number, room: number): Item[][] {
  const batches: Item[][] = [];
  let left = 0;
  for (const item of items) {
    const size = sizeOf(item);
    if (batches.length === 0 || size > left) {
      batches.push([]);
      left = room;
    }
    batches.at(-1)!.push(item);
    left -= size;
  }
  return batches;
}
