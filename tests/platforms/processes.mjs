/** Programs that run while this process goes on serving files. */
import { spawn } from "node:child_process";

const TIME_LIMIT = 60_000;

/** What a program prints when it has ended well. */
export async function outputOf(program, words, options = {}) {
  let printed = "";
  const { ended, child } = start(program, words, { stdio: ["ignore", "pipe", "inherit"], ...options });
  child.stdout.setEncoding("utf8").on("data", (text) => (printed += text));
  const timer = setTimeout(() => child.kill("SIGKILL"), TIME_LIMIT);
  const status = await ended.finally(() => clearTimeout(timer));
  if (status !== 0) throw new Error(`${program} ${words.join(" ")} ended with ${status}\n${printed}`);
  return printed;
}

/**
 * Starts a server, waits until `isReady` finds in what it prints that it listens (it returns the address), calls `use`, and stops
 * the server whatever happens.
 */
export async function withServer({ program, words, isReady, ...options }, use) {
  const { ended, child } = start(program, words, { stdio: ["ignore", "pipe", "pipe"], ...options });
  let printed = "";
  const address = new Promise((resolve, reject) => {
    const hear = (text) => {
      printed += text;
      const found = isReady(printed);
      if (found) resolve(found);
    };
    child.stdout.setEncoding("utf8").on("data", hear);
    child.stderr.setEncoding("utf8").on("data", hear);
    ended.then((status) => reject(new Error(`${program} ended with ${status}\n${printed}`)), reject);
    setTimeout(() => reject(new Error(`${program} does not listen\n${printed}`)), TIME_LIMIT).unref();
  });
  try {
    return await use(await address);
  } finally {
    child.kill("SIGKILL");
    await ended.catch(() => {});
  }
}

function start(program, words, options) {
  const child = spawn(program, words, options);
  const stop = () => child.kill("SIGKILL");
  process.once("exit", stop);
  const ended = new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve(code ?? signal));
  });
  const done = () => process.off("exit", stop);
  ended.then(done, done);
  return { child, ended };
}
