/** All figures of all networks, the dense one first. */
import type { Comparison, Stage, Variant } from "../comparison.js";
import { STAGES } from "../comparison.js";
import { formatBytes, formatCount, formatPercentage, formatRatio, sameUnitOfTime } from "../units.js";
import { finalAccuracy, stagesOf, standardError } from "../verdict.js";
import { STAGE_NAMES } from "./stages.js";
import { type Content, markup, type Markup } from "./markup.js";

interface Column {
  readonly title: string;
  cell(variant: Variant): Content;
}

export function comparisonTable(comparison: Comparison, chosen: Variant | undefined): Markup {
  const { dense, variants } = comparison;
  const [accuracy, ...before] = accuracyColumns(comparison);
  const columns = [...(accuracy ? [accuracy] : []), ...costColumns(comparison), ...before];
  const row = (variant: Variant) => {
    const kind = variant === dense ? "dense" : variant === chosen ? "chosen" : "";
    const cells = columns.map(({ cell }) => markup`<td>${cell(variant)}</td>`);
    return markup`<tr${kind !== "" && markup` class="${kind}"`}><th scope="row">${variant.name}</th>${cells}</tr>
`;
  };
  const headings = columns.map(({ title }) => markup`<th scope="col">${title}</th>`);
  return markup`<div class="scroll" role="region" aria-label="Figures of all networks" tabindex="0">
    <table>
      <thead>
        <tr>
          <th scope="col">network</th>
          ${headings}
        </tr>
      </thead>
      <tbody>
        ${row(dense)}${variants.map(row)}
      </tbody>
    </table>
  </div> `;
}

/**
 * One column for each stage that was measured anywhere, the last one first: it counts, and a phone shows little more. The dense
 * network has no stages; its accuracy stands there.
 */
function accuracyColumns({ dense, variants, testPictures }: Comparison): Column[] {
  const measured = STAGES.filter((stage) => variants.some((variant) => stagesOf(variant).includes(stage)));
  const [last, ...before] = measured.length > 0 ? measured.toReversed() : stagesOf(dense).slice(-1);
  if (last === undefined) return [];
  const column = (stage: Stage, ofDense: number | undefined): Column => ({
    title: measured.length > 0 ? `accuracy, ${STAGE_NAMES[stage]}` : "accuracy",
    cell: (variant) => withError(variant === dense ? ofDense : variant.accuracy[stage], testPictures),
  });
  return [column(last, finalAccuracy(dense)), ...before.toReversed().map((stage) => column(stage, undefined))];
}

function withError(fraction: number | undefined, n: number | undefined): Content {
  if (fraction === undefined || !Number.isFinite(fraction)) return "";
  const error = standardError(fraction, n);
  return [formatPercentage(fraction), error !== undefined && markup` <small>± ${(100 * error).toFixed(1)}</small>`];
}

/** With the dense network's figure over each one's, small. */
function costColumns({ dense, variants }: Comparison): Column[] {
  const formatTime = sameUnitOfTime([dense, ...variants].map(({ medianMs }) => medianMs));
  const column = (title: string, key: Cost, format: (value: number) => string): Column => ({
    title,
    cell: (variant) => {
      const ratio = dense[key] / variant[key];
      return [
        format(variant[key]),
        variant !== dense && Number.isFinite(ratio) && markup` <small>${formatRatio(ratio)}</small>`,
      ];
    },
  });
  return [
    column("time", "medianMs", formatTime),
    column("multiply-adds", "macs", formatCount),
    column("parameters", "parameters", formatCount),
    column("file", "bytes", formatBytes),
    column("memory", "peakBytes", formatBytes),
  ];
}

type Cost = "medianMs" | "macs" | "parameters" | "bytes" | "peakBytes";
