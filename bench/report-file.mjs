/** Results inside Markdown files, between `<!-- NAME words -->` and `<!-- /NAME -->`; what stands around them is left alone. */
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { RequestError } from "../dist/src/errors.js";

/**
 * The text with the section of this name and these words replaced, or added at the end. Throws a `RequestError` where a section
 * does not end.
 */
export function replaceSection(text, name, words, contents) {
  const [opening, closing] = [`<!-- ${[name, words].filter(Boolean).join(" ")} -->`, `<!-- /${name} -->`];
  const section = `${opening}\n\n${contents.trim()}\n\n${closing}`;
  const from = text.indexOf(opening);
  if (from < 0) return `${text.trimEnd()}${text.trim() === "" ? "" : "\n\n"}${section}\n`;
  const end = text.indexOf(closing, from);
  const next = text.indexOf(`<!-- ${name}`, from + opening.length);
  if (end < 0 || (next >= 0 && next < end)) throw new RequestError(`"${opening}" has no "${closing}" behind it`);
  return `${text.slice(0, from)}${section}${text.slice(end + closing.length)}`;
}

/** The same in a file, written beside its place and renamed; `fresh` is what a new file begins with. */
export function writeSection(path, { name, words, contents, fresh = "" }) {
  const before = existsSync(path) ? readFileSync(path, "utf8") : fresh;
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, replaceSection(before, name, words, contents));
  renameSync(temporary, path);
}
