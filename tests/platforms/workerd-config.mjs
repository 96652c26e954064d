/**
 * workerd's config in Cap'n Proto's text form. Two Workers: the example, with no more of the package than an engine that is
 * handed in needs, and the checks, with the bundled engines, too. A socket for each at a free port, no way out to any network.
 */
import { readFileSync } from "node:fs";
import { join, posix, relative } from "node:path";

const PACKAGE = "node_modules/espalier";

/** The config for a folder of `withInstalled`. */
export async function workerdConfig(folder) {
  const { moduleGraph } = await import("../../dist/tests/runtime/module-graph.js");
  const { exports } = JSON.parse(readFileSync(join(folder, PACKAGE, "package.json"), "utf8"));
  const runtime = exports["./runtime"].default;
  const installed = ({ dynamic }) => [
    `(name = "espalier/runtime", esModule = "export * from '${runtime}';")`,
    ...moduleGraph(join(folder, PACKAGE, runtime), { dynamic }).map(({ path }) => esModule(relative(folder, path))),
    ...["baseline", "relaxed"].map((build) => engine(build, exports[`./engine/${build}.wasm`])),
  ];
  const example = [esModule("worker.js"), data("network.esp"), ...installed({ dynamic: false })];
  const checks = [
    ...["workerd-checks.js", "checks.js"].map(esModule),
    ...["network.esp", "input.f32", "expected.f32"].map(data),
    ...installed({ dynamic: true }),
  ];
  return `${HEAD}${worker("example", example)}${worker("checks", checks)}`;
}

const HEAD = `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "example", worker = .example),
    (name = "checks", worker = .checks),
    (name = "internet", network = (allow = [])),
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

const data = (path) => `(name = "${path}", data = embed "${path}")`;

const engine = (build, path) => `(name = "espalier/engine/${build}.wasm", wasm = embed "${posix.join(PACKAGE, path)}")`;

/** Installed files go by the names under which the package's own imports find each other. The first module is the handler. */
function esModule(path) {
  const file = path.replaceAll("\\", "/");
  return `(name = "${file.replace("node_modules/", "")}", esModule = embed "${file}")`;
}
