/**
 * The library that draws all charts: Observable Plot, on the DOM of xmldom. Both are loaded when the first chart is asked for.
 *
 * Plot is taken because it writes plain SVG whose colours may be CSS variables (one drawing for light and dark), lets every mark
 * have a <title>, and needs nothing of a DOM that xmldom, which has no dependencies, does not have. Sizes of the installed packages
 * and time to import: Plot with d3 and xmldom 7.5 MB, 0.13 s; Vega 16 MB, 0.20 s; Apache ECharts 67 MB, 0.51 s. Chart.js and
 * uPlot draw on a canvas, so a page with them needs scripts.
 */
import type * as Plot from "@observablehq/plot";
import { PAINT } from "./palette.js";

/** Charts have text of fixed size, so each is drawn for a phone and for a desk, and the page shows the one that fits. */
export interface Size {
  readonly name: "narrow" | "wide";
  /** Pixels of CSS. */
  readonly width: number;
  readonly fontSize: number;
}

export const NARROW: Size = { name: "narrow", width: 296, fontSize: 12 };
export const WIDE: Size = { name: "wide", width: 704, fontSize: 13 };

export interface Drawing {
  readonly plot: typeof Plot;
  /** An `svg` element as text. `description` is what those hear who do not see it. */
  svg(size: Size, options: Plot.PlotOptions, description: string): string;
}

const XHTML = "http://www.w3.org/1999/xhtml";

export async function openDrawing(): Promise<Drawing> {
  const [plot, { DOMImplementation, XMLSerializer }] = await Promise.all([
    import("@observablehq/plot"),
    import("@xmldom/xmldom"),
  ]);
  const document = new DOMImplementation().createDocument(XHTML, "html", null);
  return {
    plot,
    svg({ width, fontSize }, options, description) {
      const root = plot.plot({
        className: "plot",
        width,
        ...options,
        document: document as unknown as Document,
      });
      // The page's style sheet says what Plot's own would.
      for (const own of Array.from(root.getElementsByTagName("style"))) root.removeChild(own);
      // Plot would set a property `style`, which is nothing in this DOM.
      root.setAttribute("style", `font-size: ${fontSize}px; color: ${PAINT.ink}`);
      root.setAttribute("role", "img");
      root.setAttribute("aria-label", description);
      return new XMLSerializer().serializeToString(root as never);
    },
  };
}
