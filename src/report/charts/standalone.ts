/** Charts as one SVG file that needs no page around it: below each other, on a ground of its own, in light and dark. */
import { PAINT, SCHEMES } from "./palette.js";

/** Pixels around the charts, and between them. */
const MARGIN = 16;

/** `charts` are `svg` elements as `Drawing.svg` makes them, all `width` wide. */
export function standalone(charts: readonly string[], width: number): string {
  let top = MARGIN;
  const placed = charts.map((chart) => {
    const at = chart.replace("<svg ", `<svg x="${MARGIN}" y="${top}" `);
    top += heightOf(chart) + MARGIN;
    return at;
  });
  const [w, h] = [width + 2 * MARGIN, top];
  const font = "ui-sans-serif, system-ui, -apple-system, Segoe UI, Roboto, sans-serif";
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${w}" height="${h}" viewBox="0 0 ${w} ${h}" font-family="${font}">`,
    `<style>${SCHEMES}</style>`,
    `<rect width="${w}" height="${h}" rx="10" fill="${PAINT.card}"/>`,
    ...placed,
    "</svg>\n",
  ].join("\n");
}

function heightOf(chart: string): number {
  return Number(/^<svg [^>]*?\bheight="([\d.]+)"/.exec(chart)![1]);
}
