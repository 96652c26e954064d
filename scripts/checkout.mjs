/** Facts about this checkout that the scripts share. Imports nothing that has to be installed. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/** A path in the checkout. */
export const inRoot = (...parts) => join(ROOT, ...parts);

/** A hash of the contents of files and folders; generated code and prose do not count. */
export function fingerprint(paths) {
  const hash = createHash("sha256");
  const add = (path) => {
    if (/(src\/gen|node_modules|\.md)$/.test(path) || !existsSync(path)) return;
    if (statSync(path).isDirectory()) for (const name of readdirSync(path).sort()) add(join(path, name));
    else hash.update(path).update("\0").update(readFileSync(path)).update("\0");
  };
  paths.forEach((path) => add(inRoot(path)));
  return hash.digest("hex");
}

/** Runs a script of an installed package with this Node; ends the process with its status if it fails. */
export function runNode(script, args, options = {}) {
  run(process.execPath, [inRoot(script), ...args], options);
}

/** Runs a command from the root of the checkout; ends the process with its status if it fails. */
function run(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, { cwd: ROOT, stdio: "inherit", ...options });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

/** Whether node_modules of a folder of the checkout holds what its lock file says. */
export function dependenciesInstalled(folder = ".") {
  const read = (path) => JSON.parse(readFileSync(inRoot(folder, path), "utf8")).packages;
  try {
    const [wanted, installed] = [read("package-lock.json"), read("node_modules/.package-lock.json")];
    return Object.entries(wanted).every(
      ([path, { version, optional }]) => path === "" || optional || installed[path]?.version === version,
    );
  } catch {
    return false;
  }
}
