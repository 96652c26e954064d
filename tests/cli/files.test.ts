import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { checkWritable, readBytes, readText, writeFileSafely } from "../../src/cli/files.js";
import { DataError, FileError } from "../../src/errors.js";
import { temporaryFolder } from "../temporary-folder.js";

const test = suite("cli/files");
const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
writeFileSync(at("text"), "\uFEFFone\ntwö\n");
mkdirSync(at("folder"));

test("what was written is read, without a byte order mark", () => {
  assert.equal([...readBytes(at("text"))], [...readFileSync(at("text"))]);
  assert.is(readText(at("text")), "one\ntwö\n");
});

test("what cannot be read is said in one way, whoever reads", () => {
  const cases: readonly (readonly [name: string, reason: string])[] = [
    ["none", "there is no such file"],
    ["text/none", "there is no such file"],
    ["folder", "is a folder, not a file"],
  ];
  for (const [name, reason] of cases) {
    for (const read of [readBytes, readText]) assert.throws(() => read(at(name)), fault(FileError, name, reason));
    assert.throws(() => readBytes(at(name), DataError), fault(DataError, name, reason));
  }
  assert.throws(
    () => readBytes("a\0b"),
    (error: unknown) => error instanceof FileError && /: cannot be read: ./.test(error.message),
  );
});

test("writing leaves the file whole and nothing beside it", () => {
  for (const text of ["first", "second"]) writeFileSafely(at("written"), text);
  assert.is(readText(at("written")), "second");
  for (const name of ["folder/none/file", "text/file"]) {
    assert.throws(() => checkWritable(at(name)), fault(FileError, name, "cannot be written: "));
    assert.throws(() => writeFileSafely(at(name), ""), fault(FileError, name, "cannot be written: "));
  }
  assert.equal(readdirSync(folder).sort(), ["folder", "text", "written"]);
});

function fault(kind: new (...words: never[]) => Error, name: string, message: string) {
  return (error: unknown) => error instanceof kind && (error as Error).message.startsWith(`${at(name)}: ${message}`);
}

test.run();
