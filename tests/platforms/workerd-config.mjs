/**
 * workerd's config in Cap'n Proto's text form. Two Workers: the example as esbuild bundles it, the way wrangler does, and the
 * checks over the package's files as they lie. Within a request workerd collects no garbage until it is asked to. A socket for each at a free port, no way out but to this machine.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join, posix, relative } from "node:path";

const PACKAGE = "node_modules/espalier";

/** The config for a folder of `withInstalled` in which the example was bundled into the folder `bundle`. */
export async function workerdConfig(folder, bundle) {
  const { moduleGraph } = await import("../../dist/tests/runtime/module-graph.js");
  const { exports } = JSON.parse(readFileSync(join(folder, PACKAGE, "package.json"), "utf8"));
  const entries = { runtime: exports["./runtime"].workerd, benchmark: exports["./benchmark"].default };
  const graphs = Object.values(entries).flatMap((entry) =>
    moduleGraph(join(folder, PACKAGE, entry), { dynamic: true }).map(({ path }) => path),
  );
  const example = readdirSync(join(folder, bundle)).map((file) => bundled(bundle, file));
  const checks = [
    ...["workerd-checks.js", "checks.js"].map(esModule),
    ...Object.entries(entries).map(
      ([name, entry]) => `(name = "espalier/${name}", esModule = "export * from '${entry}';")`,
    ),
    ...[...new Set(graphs)].map((path) => esModule(relative(folder, path))),
    ...["baseline", "relaxed"].flatMap((build) => engines(build, exports[`./engine/${build}.wasm`])),
    `(name = "baseline.bytes", data = embed "${posix.join(PACKAGE, exports["./engine/baseline.wasm"])}")`,
    `(name = "samples.json", json = embed "samples.json")`,
  ];
  return `${HEAD}${worker("example", example.sort())}${worker("checks", checks)}`;
}

const HEAD = `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  v8Flags = ["--expose-gc"],
  services = [
    (name = "example", worker = .example),
    (name = "checks", worker = .checks),
    (name = "internet", network = (allow = ["local"])),
  ],
  sockets = [
    (name = "example", address = "127.0.0.1:0", http = (), service = "example"),
    (name = "checks", address = "127.0.0.1:0", http = (), service = "checks"),
  ],
);
`;

const worker = (name, modules) => `
const ${name} :Workerd.Worker = (
  compatibilityDate = "2026-01-01",
  modules = [
    ${modules.join(",\n    ")},
  ],
);
`;

/** The first module is the handler: of what is bundled, the one whose name begins with a digit. */
function bundled(bundle, file) {
  const kind = file.endsWith(".js") ? "esModule" : file.endsWith(".wasm") ? "wasm" : "data";
  return `(name = "${file}", ${kind} = embed "${bundle}/${file}")`;
}

/** Under the name by which users import it, and under the one by which the package's own files do. */
const engines = (build, path) =>
  [`espalier/engine/${build}.wasm`, posix.join("espalier", path)].map(
    (name) => `(name = "${name}", wasm = embed "${posix.join(PACKAGE, path)}")`,
  );

/** Installed files go by the names under which the package's own imports find each other. */
function esModule(path) {
  const file = path.replaceAll("\\", "/");
  return `(name = "${file.replace("node_modules/", "")}", esModule = embed "${file}")`;
}
