/** Sections of a Markdown file that a program writes: `<!-- KIND KEY -->`, text, `<!-- /KIND -->`. */
import { readText, writeFileSafely } from "../src/cli/files.js";
import { RequestError } from "../src/errors.js";

/** Replaces a section in a file. Throws a `FileError` where the file cannot be read or written, else as `replaceSection`. */
export function writeSection(path: string, kind: string, key: string, text: string): void {
  writeFileSafely(path, replaceSection(readText(path), kind, key, text));
}

/**
 * The file with the section of this kind and key replaced; a new one goes behind the last of its kind. Throws a `RequestError`
 * where there is none of that kind yet, as a file needs an empty pair of markers to say where they go, or where one has no end.
 */
export function replaceSection(file: string, kind: string, key: string, text: string): string {
  const section = `<!-- ${kind} ${key} -->\n\n${text.trim()}\n\n<!-- /${kind} -->`;
  const sections = sectionsOf(file, kind);
  const found = sections.find((each) => each.key === key);
  if (found) return file.slice(0, found.start) + section + file.slice(found.end);
  const last = sections.at(-1);
  if (!last) throw new RequestError(`there is no "<!-- ${kind} -->" that says where sections go`);
  return last.key === ""
    ? file.slice(0, last.start) + section + file.slice(last.end)
    : `${file.slice(0, last.end)}\n\n${section}${file.slice(last.end)}`;
}

interface Section {
  readonly key: string;
  readonly start: number;
  readonly end: number;
}

function sectionsOf(file: string, kind: string): Section[] {
  const opening = `<!-- ${kind}(?: ([^>]*?))? -->`;
  const sections = [...file.matchAll(new RegExp(`${opening}[^]*?<!-- /${kind} -->`, "g"))];
  // One without an end would take the end of the next.
  if (sections.length < [...file.matchAll(new RegExp(opening, "g"))].length) {
    throw new RequestError(`a "<!-- ${kind} -->" has no "<!-- /${kind} -->" behind it`);
  }
  return sections.map(({ 0: all, 1: key = "", index }) => ({ key, start: index, end: index + all.length }));
}
