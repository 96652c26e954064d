/** Installs the peers into this folder, where a manifest of their own keeps them. */
import { dependenciesInstalled } from "../../scripts/checkout.mjs";
import { installPackages } from "../../scripts/install.mjs";

/** Ends the process if they cannot be installed. */
export function installPeers() {
  if (dependenciesInstalled("bench/peers")) return;
  console.error("espalier: installing peers ...");
  const fault = installPackages("bench/peers");
  if (fault === undefined) return;
  console.error(`espalier: ${fault}`);
  process.exit(1);
}
