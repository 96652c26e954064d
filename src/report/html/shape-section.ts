/** What the network looks like after the cut. */
import type { Drawing } from "../charts/drawing.js";
import { PAINT } from "../charts/palette.js";
import { drawWidths } from "../charts/widths.js";
import type { Comparison } from "../comparison.js";
import { formatPercentage, formatWhole } from "../units.js";
import { chooseVariant } from "../verdict.js";
import { figure, swatch } from "./figure.js";
import { markup, type Markup } from "./markup.js";

export function shapeSection(drawing: Drawing, comparison: Comparison): Markup | undefined {
  const chosen = chooseVariant(comparison);
  if (chosen === undefined || chosen.units.length === 0) return undefined;
  const { units, name } = chosen;
  const sum = (key: "before" | "after") => units.reduce((total, unit) => total + unit[key], 0);
  const [before, after] = [sum("before"), sum("after")];
  const thinner = units.filter((unit) => unit.after < unit.before).length;
  const kept = `${formatWhole(after)} of ${formatWhole(before)} channels stay (${formatPercentage(after / before, 0)})`;
  return markup`<section>
    <h2>What was cut</h2>
    <p>
      ${name}: ${kept}; ${thinner} of ${units.length} ${units.length === 1 ? "unit is" : "units are"} narrower. Channels
      of a unit stand or fall together.
    </p>
    ${figure(
      {
        title: "Channels of each unit",
        caption: "From the input at the top to the output at the bottom; a branch is as wide as its unit has channels.",
        legend: [
          { label: "removed", mark: swatch("bar", `color-mix(in srgb, ${PAINT.before} 55%, ${PAINT.card})`) },
          { label: "kept", mark: swatch("bar", PAINT.accent) },
        ],
      },
      (size) => drawWidths(drawing, size, { units, description: `Channels of each unit before and after: ${kept}.` }),
    )}
  </section> `;
}
