/** The page's style sheet: one column, light and dark, phone and desk, screen and paper. It holds no "<" and no "&". */
import { SCHEMES, variables } from "../charts/palette.js";

/** Below this width, in pixels, charts are those for a phone. */
const BREAK = 780;

export const STYLE = `
:root { color-scheme: light dark; }
${SCHEMES}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0; background: var(--page); color: var(--ink);
  font: 16px/1.55 ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
}
main { max-width: 784px; margin: 0 auto; padding: 0 16px 64px; }
h1, h2, .eyebrow { font-family: "Iowan Old Style", "Palatino Linotype", Palatino, "Book Antiqua", Georgia, serif; }
header { padding: 40px 0 8px; }
.eyebrow { margin: 0 0 20px; color: var(--accent); font-style: italic; font-size: 17px; overflow-wrap: anywhere; }
h1 { margin: 0 0 16px; font-size: clamp(34px, 8.4vw, 58px); line-height: 1.08; font-weight: 600; letter-spacing: -0.015em; text-wrap: balance; }
.lede { margin: 0 0 28px; max-width: 62ch; font-size: 18px; overflow-wrap: anywhere; }
.key { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 1px; margin: 0; padding: 0; border: 1px solid var(--line); border-radius: 10px; background: var(--line); overflow: hidden; }
.key > div { background: var(--card); padding: 14px 16px 12px; }
.key dt { color: var(--muted); font-size: 13px; }
.key dd { margin: 0; }
.key .figure { font-size: 25px; line-height: 1.3; font-weight: 600; letter-spacing: -0.01em; font-variant-numeric: tabular-nums; white-space: nowrap; }
.key .from { color: var(--muted); font-size: 13px; font-variant-numeric: tabular-nums; }
section { margin-top: 56px; }
h2 { margin: 0 0 6px; font-size: 27px; line-height: 1.2; font-weight: 600; text-wrap: balance; }
h3 { margin: 0 0 2px; font-size: 16px; font-weight: 600; }
section p { margin: 0 0 14px; max-width: 66ch; color: var(--muted); overflow-wrap: anywhere; }
figure { margin: 20px 0 0; padding: 16px 15px 12px; background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
figcaption p { margin: 0 0 10px; max-width: none; text-wrap: pretty; font-size: 14px; line-height: 1.5; }
figure svg { overflow: visible; font-family: inherit; }
.narrow svg, .wide svg, .pair svg { display: block; width: 100%; height: auto; margin: 0 auto; }
figure svg text { white-space: pre; paint-order: stroke; stroke-linejoin: round; }
.narrow svg, .pair svg { max-width: 400px; }
.wide { display: none; }
.pair { display: grid; gap: 0 16px; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 18px; margin: 0 0 10px; padding: 0; list-style: none; font-size: 14px; line-height: 1.4; }
.legend li { display: flex; align-items: center; gap: 7px; min-width: 0; overflow-wrap: anywhere; }
.legend svg, .legend .swatch { flex: none; }
.swatch { display: inline-block; width: 16px; height: 9px; border-radius: 2px; }
.swatch.rule { height: 0; border-top: 2px solid; border-radius: 0; }
.swatch.dashed { border-top-style: dashed; }
.swatch.tick { width: 2px; height: 15px; margin: 0 7px; }
.scroll { margin-top: 20px; overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
.scroll:focus-visible { outline: 2px solid var(--accent); }
table { border-collapse: collapse; width: 100%; font-size: 14px; font-variant-numeric: tabular-nums; }
th, td { padding: 8px 10px; text-align: right; white-space: nowrap; border-top: 1px solid var(--line); }
thead th { border-top: 0; color: var(--muted); font-weight: 500; font-size: 13px; vertical-align: bottom; line-height: 1.3; white-space: normal; }
tbody th { font-weight: 500; white-space: normal; overflow-wrap: break-word; min-width: 104px; max-width: 180px; }
th:first-child { position: sticky; left: 0; text-align: left; background: var(--card); border-right: 1px solid var(--line); }
tr.dense th, tr.dense td { border-bottom: 1px solid var(--muted); }
tr.chosen th, tr.chosen td { background: color-mix(in srgb, var(--accent) 13%, var(--card)); font-weight: 600; }
td small { margin-left: 1px; color: var(--muted); font-size: 12px; font-weight: 400; }
.facts { display: grid; gap: 0 24px; margin: 16px 0 0; border-top: 1px solid var(--line); }
.facts div { display: grid; grid-template-columns: minmax(84px, 24%) minmax(0, 1fr); gap: 12px; padding: 8px 0; border-bottom: 1px solid var(--line); }
.facts dt { color: var(--muted); }
.facts dd { margin: 0; overflow-wrap: anywhere; }
.notes { margin: 24px 0 0; padding: 0 0 0 18px; color: var(--muted); font-size: 14px; max-width: 66ch; }
.notes li { margin: 0 0 6px; }
@media (min-width: ${BREAK}px) {
  header { padding-top: 72px; }
  .key { grid-template-columns: repeat(3, minmax(0, 1fr)); }
  .key > div { padding: 18px 22px 16px; }
  .key .figure { font-size: 30px; }
  figure { padding: 22px 23px 18px; }
  .narrow { display: none; }
  .wide { display: block; }
  .pair { grid-template-columns: 1fr 1fr; }
  tbody th { white-space: nowrap; overflow: hidden; text-overflow: ellipsis; max-width: 260px; }
}
@media (min-width: 1120px) {
  .scroll { width: max-content; min-width: 100%; max-width: min(1180px, 100vw - 64px); margin-left: 50%; transform: translateX(-50%); }
}
@media print {
  :root { color-scheme: light; ${variables("light")} --page: #fff; --card: #fff; }
  body { font-size: 11pt; }
  main { max-width: none; padding: 0; }
  header { padding-top: 0; }
  section { margin-top: 28px; }
  h2, figcaption { break-after: avoid; }
  figure, .key, tr, .facts div { break-inside: avoid; }
  .narrow { display: none; }
  .wide { display: block; }
  .pair { grid-template-columns: 1fr 1fr; }
  .scroll { overflow: visible; width: auto; max-width: none; margin-left: 0; transform: none; }
  tbody th { white-space: normal; min-width: 0; max-width: none; }
  td small { display: block; margin: 0; font-size: 6.5pt; }
  table { font-size: 8pt; }
  th, td { padding: 3px 5px; }
  .key { grid-template-columns: repeat(3, minmax(0, 1fr)); }
  th:first-child { position: static; }
  svg, .swatch, tr.chosen td, tr.chosen th { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`;
