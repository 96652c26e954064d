/** A comparison as one HTML page that needs nothing else: no script, no font, no picture from elsewhere. */
import { openDrawing } from "../charts/drawing.js";
import type { Comparison } from "../comparison.js";
import { formatWhole } from "../units.js";
import { chooseVariant, headline, TOLERATED_LOSS } from "../verdict.js";
import { accuracySection } from "./accuracy-section.js";
import { asMarkup, markup, type Markup, printable } from "./markup.js";
import { opening } from "./opening.js";
import { shapeSection } from "./shape-section.js";
import { speedSection } from "./speed-section.js";
import { STYLE } from "./style.js";
import { trainingSection } from "./training-section.js";

/**
 * The page as text, some hundred kB. The same comparison gives the same page. Figures that are NaN or missing are left out, and so
 * are sections without any.
 */
export async function renderReport(given: Comparison): Promise<string> {
  const comparison = printable(given);
  const drawing = await openDrawing();
  const chosen = chooseVariant(comparison);
  const title = chosen ? `${comparison.title}: ${headline(comparison.dense, chosen)}` : comparison.title;
  const page = markup`<!DOCTYPE html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="generator" content="espalier" />
        <title>${title}</title>
        <style>${asMarkup(STYLE)}</style>
      </head>
      <body>
        <main>
          ${opening(comparison)} ${accuracySection(drawing, comparison)} ${speedSection(drawing, comparison)}
          ${shapeSection(drawing, comparison)} ${trainingSection(drawing, comparison)} ${circumstances(comparison)}
        </main>
      </body>
    </html> `;
  return page.text;
}

function circumstances({ facts, testPictures }: Comparison): Markup {
  const rows = facts.map(
    ({ label, value }) =>
      markup`<div>
        <dt>${label}</dt>
        <dd>${value}</dd>
      </div> `,
  );
  const errors =
    testPictures !== undefined &&
    markup`<li>
      ± is one standard error of a share of ${formatWhole(testPictures)} pictures, √(p (1 − p) / n). All networks see
      the same pictures, so differences between them are known a little better than that.
    </li> `;
  return markup`<section>
    <h2>How it was measured</h2>
    ${rows.length > 0 && markup`<dl class="facts">${rows}</dl>`}
    <ul class="notes">
      ${errors}
      <li>Times are medians, memory is all that a session allocates, a file is the compiled network.</li>
      <li>
        The network shown in detail is the fastest that loses at most ${100 * TOLERATED_LOSS} point of accuracy, or the
        most accurate if there is none, unless it was named.
      </li>
    </ul>
  </section> `;
}
