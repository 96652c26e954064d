/** The programs that this folder's manifest installs: where they are, how they get there, what version they are. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { inRoot } from "../../scripts/checkout.mjs";
import { installPackages } from "../../scripts/install.mjs";

/** Milliseconds after which an installation is given up. */
const INSTALL_LIMIT = 120_000;

const installed = (...parts) => inRoot("tests/platforms/node_modules", ...parts);

export const NEWER_NODE = installed("node/bin/node");
export const DENO = installed("deno", process.platform === "win32" ? "deno.exe" : "deno");
export const WORKERD =
  process.platform === "win32"
    ? installed("@cloudflare/workerd-windows-64/bin/workerd.exe")
    : installed("workerd/bin/workerd");

/** Installs what is missing of these programs. Why one may still be missing; undefined if none was. */
export function installPrograms(programs) {
  if (programs.every(existsSync)) return undefined;
  console.error("espalier: installing platforms ...");
  return installPackages("tests/platforms", { timeout: INSTALL_LIMIT }) ?? "there is no package of it for this system";
}

/** The first line of what a program says of its version; empty if it is not there. */
export function versionOf(program) {
  if (!existsSync(program)) return "";
  return spawnSync(program, ["--version"], { encoding: "utf8" }).stdout.split("\n")[0].trim();
}
