/** What a compiled module imports, directly and indirectly. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

export interface ModuleFile {
  readonly path: string;
  /** The code without comments. */
  readonly code: string;
  /** What it imports by anything but a relative path. */
  readonly foreign: readonly string[];
}

const STATIC = /^(?:import\b(?:[^;"']*\bfrom)?|export\s*(?:\*|\{[^}]*\})[^;"']*\bfrom)\s*["']([^"']+)["']/gm;
const DYNAMIC = /\bimport\(\s*["']([^"']+)["']\s*\)/g;

/** The module at `entry` and all that it imports, each once; what is imported only when it is needed, too, if `dynamic`. */
export function moduleGraph(entry: string, { dynamic }: { readonly dynamic: boolean }): readonly ModuleFile[] {
  const found = new Map<string, ModuleFile>();
  const visit = (path: string): void => {
    if (found.has(path)) return;
    const code = readFileSync(path, "utf8").replace(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, "");
    const names = [STATIC, ...(dynamic ? [DYNAMIC] : [])].flatMap((pattern) =>
      [...code.matchAll(pattern)].map(([, name]) => name!),
    );
    found.set(path, { path, code, foreign: names.filter((name) => !name.startsWith(".")) });
    for (const name of names.filter((name) => name.startsWith(".") && !name.endsWith(".wasm")))
      visit(join(dirname(path), name));
  };
  visit(entry);
  return [...found.values()];
}
