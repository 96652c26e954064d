/** Installs and builds whatever is missing or stale, so that every command works as the first one after a clone. */
import { dependenciesInstalled, run } from "./checkout.mjs";

/** What is printed goes to standard error, so that a command's own output stays clean. */
export async function setup() {
  if (!dependenciesInstalled()) {
    console.error("espalier: installing dependencies ...");
    const npm = process.platform === "win32" ? "npm.cmd" : "npm";
    run(npm, ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
      stdio: ["ignore", 2, 2],
      shell: process.platform === "win32",
    });
  }
  const { build } = await import("./build.mjs");
  await build();
}

if (process.argv[1] && import.meta.filename === process.argv[1]) await setup();
