/** Installs packages into a folder of the checkout that has a manifest and a lock file. Imports nothing that has to be installed. */
import { spawnSync } from "node:child_process";
import { inRoot } from "./checkout.mjs";

/** What npm prints goes to standard error. What went wrong, or undefined. */
export function installPackages(folder, options = {}) {
  const windows = process.platform === "win32";
  const { status, error } = spawnSync(
    windows ? "npm.cmd" : "npm",
    ["ci", "--no-audit", "--no-fund", "--loglevel=error"],
    { cwd: inRoot(folder), stdio: ["ignore", 2, 2], shell: windows, ...options },
  );
  if (error) return `npm ci: ${error.message}`;
  return status === 0 ? undefined : `npm ci ended with ${status}`;
}
