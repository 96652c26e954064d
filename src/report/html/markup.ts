/** HTML as text that cannot be broken by what is put into it. It is well-formed XML, too, which the tests rely on. */

/** Text that is markup already. */
export class Markup {
  constructor(readonly text: string) {}
  toString(): string {
    return this.text;
  }
}

export type Content = Markup | string | number | undefined | false | readonly Content[];

/** Texts and numbers are escaped, markup is not, lists are joined; undefined and false are nothing. */
export function markup(parts: TemplateStringsArray, ...contents: readonly Content[]): Markup {
  return new Markup(parts.map((part, i) => part + (i < contents.length ? render(contents[i]) : "")).join(""));
}

/** Of our own making only: charts and style sheets. */
export const asMarkup = (text: string): Markup => new Markup(text);

function render(content: Content): string {
  if (content === undefined || content === false) return "";
  if (content instanceof Markup) return content.text;
  if (typeof content === "object") return content.map(render).join("");
  return escape(String(content));
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

const escape = (text: string) => text.replace(/[&<>"']/g, (character) => ENTITIES[character]!);

/** Characters that no XML may hold (W3C XML 1.0, section 2.2): controls, halves of surrogates. */
// oxlint-disable-next-line no-control-regex
const UNPRINTABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu;

/** The same data with all texts fit for a page. Names come from files of others. */
export function printable<T>(data: T): T {
  if (typeof data === "string") return data.replace(UNPRINTABLE, "\ufffd") as T;
  if (Array.isArray(data)) return data.map(printable) as T;
  if (typeof data !== "object" || data === null) return data;
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, printable(value)])) as T;
}
