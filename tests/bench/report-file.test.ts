import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { RequestError } from "../../src/errors.js";

interface ReportFile {
  replaceSection(text: string, name: string, words: string, contents: string): string;
  writeSection(
    path: string,
    section: { readonly name: string; readonly words: string; readonly contents: string; readonly fresh?: string },
  ): void;
}

const module = new URL("../../../bench/report-file.mjs", import.meta.url).href;
const { replaceSection, writeSection } = (await import(module)) as ReportFile;

const test = suite("bench/report-file");

const section = (words: string, contents: string) => `<!-- kernels${words} -->\n\n${contents}\n\n<!-- /kernels -->`;

test("replaces what stands between the markers, and nothing else", () => {
  const text = `# Title\n\n${section(" node", "old\nlines")}\n\nafter\n`;
  assert.is(replaceSection(text, "kernels", "node", "new\n"), `# Title\n\n${section(" node", "new")}\n\nafter\n`);
});

test("the section with the same words is the one", () => {
  const text = `${section(" node", "1")}\n${section(" deno", "2")}\n${section("", "3")}\n`;
  const expected = `${section(" node", "1")}\n${section(" deno", "new")}\n${section("", "3")}\n`;
  assert.is(replaceSection(text, "kernels", "deno", "new"), expected);
  assert.match(replaceSection(text, "kernels", "", "new"), section("", "new"));
});

test("a section that is not there goes to the end", () => {
  assert.is(replaceSection("", "kernels", "node", "x"), `${section(" node", "x")}\n`);
  assert.is(replaceSection("a\n", "kernels", "node", "x"), `a\n\n${section(" node", "x")}\n`);
});

test("replacing twice is replacing once, whatever the contents hold", () => {
  const once = replaceSection("a\n", "kernels", "node", "$& $1 \\n");
  assert.is(replaceSection(once, "kernels", "node", "$& $1 \\n"), once);
});

test("a section without an end is refused", () => {
  for (const text of ["<!-- kernels node -->\n", `<!-- kernels node -->\n${section(" deno", "x")}`]) {
    assert.throws(
      () => replaceSection(text, "kernels", "node", "x"),
      (error: unknown) => error instanceof RequestError && /has no "<!-- \/kernels -->"/.test(error.message),
    );
  }
});

test("a file is made with its beginning, then only its section changes, and nothing is left beside it", () => {
  const folder = mkdtempSync(join(tmpdir(), "espalier-report-"));
  try {
    const path = join(folder, "README.md");
    writeSection(path, { name: "kernels", words: "node", contents: "x", fresh: "# Title\n" });
    assert.is(readFileSync(path, "utf8"), `# Title\n\n${section(" node", "x")}\n`);
    writeFileSync(path, `${readFileSync(path, "utf8")}mine\n`);
    writeSection(path, { name: "kernels", words: "node", contents: "y", fresh: "# Title\n" });
    assert.is(readFileSync(path, "utf8"), `# Title\n\n${section(" node", "y")}\nmine\n`);
    assert.equal(readdirSync(folder), ["README.md"]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test.run();
