/** The platform's clock, and time for others. */

/** How often the clock is read to see it move. */
const CLOCK_READS = 200_000;

/** The smallest step of the clock, in milliseconds; null where it stands still while code runs. */
export function clockStep(): number | null {
  let [least, last] = [Infinity, performance.now()];
  for (let i = 0; i < CLOCK_READS && !(i > 1000 && least < Infinity); i++) {
    const now = performance.now();
    if (now > last) least = Math.min(least, now - last);
    last = now;
  }
  return least < Infinity ? least : null;
}

/** Lets the page show where things are. */
export const breathe = () => new Promise<void>((resolve) => setTimeout(resolve));
