/** Installs and builds whatever is missing or stale, so that every command works as the first one after a clone. */
import { dependenciesInstalled } from "./checkout.mjs";
import { installPackages } from "./install.mjs";

/** What is printed goes to standard error, so that a command's own output stays clean. */
export async function setup() {
  if (!dependenciesInstalled()) {
    console.error("espalier: installing dependencies ...");
    const fault = installPackages(".");
    if (fault) {
      console.error(`espalier: ${fault}`);
      process.exit(1);
    }
  }
  const { build } = await import("./build.mjs");
  await build();
}

if (process.argv[1] && import.meta.filename === process.argv[1]) await setup();
