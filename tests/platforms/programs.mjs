/** The programs that this folder's manifest installs: where they are, how they get there, what version they are. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { inRoot } from "../../scripts/checkout.mjs";
import { installPackages } from "../../scripts/install.mjs";

/** Milliseconds after which an installation is given up. */
const INSTALL_LIMIT = 240_000;

/** A path of what the manifest installs. */
export const installed = (...parts) => inRoot("tests/platforms/node_modules", ...parts);

export const NEWER_NODE = installed("node/bin/node");
export const DENO = installed("deno", process.platform === "win32" ? "deno.exe" : "deno");
export const WORKERD =
  process.platform === "win32"
    ? installed("@cloudflare/workerd-windows-64/bin/workerd.exe")
    : installed("workerd/bin/workerd");

/** Where browsers are looked for besides the path that the environment variable CHROMIUM names. */
const BROWSERS = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];

/** The path of a Chromium or Chrome; that of Debian's where there is none. */
export function findChromium() {
  const { CHROMIUM, PATH = "" } = process.env;
  const candidates = BROWSERS.flatMap((name) => PATH.split(delimiter).map((folder) => join(folder, name)));
  return [CHROMIUM, ...candidates, ...OTHER_PLACES].find((path) => path && existsSync(path)) ?? "/usr/bin/chromium";
}

const OTHER_PLACES = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
];

/** Installs Debian's browser where that needs no one's leave; why it may still be missing. */
export function installChromium() {
  if (existsSync(findChromium())) return undefined;
  const byRoot = process.getuid?.() === 0 && existsSync("/usr/bin/apt-get");
  if (!byRoot) return "no Chromium was found; install one, or name it in the environment variable CHROMIUM";
  console.error("espalier: installing chromium ...");
  const options = {
    stdio: ["ignore", 2, 2],
    timeout: INSTALL_LIMIT,
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  };
  const steps = [["update"], ["install", "-y", "--no-install-recommends", "chromium"]];
  const failed = steps.find((words) => spawnSync("apt-get", words, options).status !== 0);
  return failed && `apt-get ${failed.join(" ")} failed`;
}

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
