/** A child process that stays, and answers each line of JSON by a line of JSON. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { stoppedWithThis } from "./engines.mjs";
import { EspalierError } from "../dist/src/errors.js";

/**
 * Starts a child for each command (program, words, env, folder) and hands them to the call, behind which they end. Of a child
 * that gives no first line, its fault is there instead of `hello`.
 */
export async function withChildren(commands, call) {
  const children = [];
  const all = { kill: (signal) => children.forEach((child) => child.kill(signal)) };
  return stoppedWithThis(all, async () => {
    try {
      // One after the other: they would take each other's processors in looking for the fastest way.
      for (const command of commands) {
        const child = new Conversation(command);
        children.push(child);
        await child.open();
      }
      return await call(children);
    } finally {
      all.kill("SIGTERM");
    }
  });
}

class Conversation {
  /** What the child said first. */
  hello;
  /** Why it said nothing. */
  fault;
  #child;
  #lines;
  #faults = "";
  #ended;

  constructor({ program, words, env = {}, folder }) {
    this.#child = spawn(program, words, { cwd: folder, stdio: "pipe", env: { ...process.env, ...env } });
    this.#lines = createInterface(this.#child.stdout)[Symbol.asyncIterator]();
    this.#child.stderr.on("data", (bytes) => (this.#faults += bytes));
    // Where it ended while it was told something, the missing answer says so.
    this.#child.stdin.on("error", () => {});
    this.#ended = new Promise((resolve) => {
      this.#child.once("error", ({ message }) => resolve(message));
      this.#child.once("close", (code, signal) => resolve(this.#lastFault() ?? `ended with ${signal ?? code}`));
    });
  }

  async open() {
    try {
      this.hello = await this.#next();
    } catch (error) {
      this.fault = error.message;
    }
  }

  /** Throws an `EspalierError` where the child has ended. */
  async ask(message) {
    this.#child.stdin.write(`${JSON.stringify(message)}\n`);
    return this.#next();
  }

  kill(signal) {
    this.#child.kill(signal);
  }

  /** Lines that are no JSON are somebody's remarks. */
  async #next() {
    for (;;) {
      const { value, done } = await this.#lines.next();
      if (done) throw new EspalierError(await this.#ended);
      if (value.startsWith("{")) return JSON.parse(value);
    }
  }

  /** The last line of standard error that is not of a stack trace. */
  #lastFault() {
    const lines = this.#faults.split("\n").filter((line) => /^\w/.test(line) && !line.startsWith("Node.js v"));
    return lines.at(-1)?.trim();
  }
}
