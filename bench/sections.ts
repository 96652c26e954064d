/** Sections of a Markdown file that a program writes: `<!-- KIND KEY -->`, text, `<!-- /KIND -->`. */

/**
 * The file with the section of this kind and key replaced; a new one goes behind the last of its kind. Throws an `Error` where
 * there is none of that kind yet: a file needs an empty pair of markers to say where they go.
 */
export function replaceSection(file: string, kind: string, key: string, text: string): string {
  const section = `<!-- ${kind} ${key} -->\n\n${text}\n\n<!-- /${kind} -->`;
  const [found] = sectionsOf(file, kind).filter((each) => each.key === key);
  if (found) return file.slice(0, found.start) + section + file.slice(found.end);
  const [last] = sectionsOf(file, kind).toReversed();
  if (!last) throw new Error(`no section "${kind}"`);
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
  const pattern = new RegExp(`<!-- ${kind} ?([^>]*?) ?-->[^]*?<!-- /${kind} -->`, "g");
  return [...file.matchAll(pattern)].map(({ 0: all, 1: key, index }) => ({
    key: key!,
    start: index,
    end: index + all.length,
  }));
}
