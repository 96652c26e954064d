/** A real browser, over HTTP, under a strict Content-Security-Policy: the checks, and the examples that are pages. */
import { cpSync } from "node:fs";
import { join } from "node:path";
import { judgeWear } from "./checks.js";
import { checkExample, wrongLines } from "./examples.mjs";
import { withFiles } from "./file-server.mjs";
import { report, withInstalled } from "./installed.mjs";
import { outputOf, withServer } from "./processes.mjs";
import { findChromium, installChromium, installed } from "./programs.mjs";
import { residentBytes } from "./resident.mjs";
import { checkWeb } from "./web.mjs";

const BROUGHT = [
  ...["checks.js", "chromium-checks.js", "chromium-checks.html"].map((file) => `tests/platforms/${file}`),
  ...["examples/browser", "examples/vite"],
];
const PLAYWRIGHT = installed("playwright-core/index.mjs");
const VITE = installed("vite/bin/vite.js");
/** A camera that needs no one's leave and shows a moving pattern; shared containers have little shared memory. */
const FLAGS = [
  "--use-fake-device-for-media-stream",
  "--use-fake-ui-for-media-stream",
  "--disable-dev-shm-usage",
  "--js-flags=--expose-gc",
];

export const chromium = {
  name: "Chromium",
  program: findChromium(),
  install: installChromium,
  needs: [PLAYWRIGHT, VITE],
  run: () =>
    withInstalled(BROUGHT, (folder, samples) =>
      withBrowser(async (browser) => {
        const open = (url) => openPage(browser, url);
        const checks = await withFiles(folder, async (files) => {
          const page = await open(`${files}/chromium-checks.html`);
          await page.waitForFunction(() => globalThis.worn);
          const results = await page.evaluate(() => globalThis.checks);
          return [...results, ...(await checkWear(browser, page))];
        });
        return report([
          ...checks,
          ...(await checkPage(folder, open, samples)),
          ...(await checkVite(folder, open, samples)),
          ...(await checkWeb(folder, browser)),
        ]);
      }),
    ),
};

async function withBrowser(use) {
  const { chromium: playwright } = await import(PLAYWRIGHT);
  const sandbox = process.getuid?.() !== 0;
  const browser = await playwright.launch({
    executablePath: findChromium(),
    args: FLAGS,
    chromiumSandbox: sandbox,
  });
  try {
    return await use(browser);
  } finally {
    await browser.close();
  }
}

async function checkWear(browser, page) {
  const session = await browser.newBrowserCDPSession();
  const worn = async (stage) => {
    await page.evaluate((name) => globalThis.worn(name), stage);
    const { processInfo } = await session.send("SystemInfo.getProcessInfo");
    return residentBytes(processInfo.filter(({ type }) => type === "renderer").map(({ id }) => id));
  };
  const [before, after] = [await worn("first"), await worn("second")];
  return before === undefined ? [] : [judgeWear(before, after)];
}

/** A page at the address, which keeps what went wrong in it. */
async function openPage(browser, url) {
  const page = await browser.newPage();
  page.faults = [];
  page.on("pageerror", (error) => page.faults.push(String(error)));
  page.on("console", (message) => {
    const asksForIcon = message.location().url.endsWith("/favicon.ico");
    if (message.type() === "error" && !asksForIcon) page.faults.push(message.text());
  });
  await page.goto(url);
  return page;
}

async function checkPage(folder, open, { classifier: { found } }) {
  cpSync(join(folder, "network.esp"), join(folder, "browser/network.esp"));
  // The page lies beside its node_modules, as where it is installed.
  cpSync(join(folder, "node_modules/espalier"), join(folder, "browser/node_modules/espalier"), { recursive: true });
  return withFiles(join(folder, "browser"), async (address) => [
    await checkExample("examples/browser classifies an uploaded picture under a strict policy", async () => {
      const page = await open(`${address}/`);
      return classifyFile(page, join(folder, "picture.png"), found["picture.png, cover"]);
    }),
    await checkExample("examples/browser classifies what the camera shows, picture after picture", async () => {
      const page = await open(`${address}/`);
      await page.waitForFunction(() => document.getElementById("state").textContent.startsWith("ready"));
      await page.click("#camera");
      const times = new Set();
      while (times.size < 3) {
        await page.waitForFunction(() => document.getElementById("state").textContent.endsWith(" ms"));
        times.add(await page.textContent("#state"));
      }
      return page.faults[0];
    }),
    await checkExample("a page says what is wrong with its network", async () => {
      const page = await open(`${address}/nothing-here`);
      await page.route("**/network.esp", (route) => route.fulfill({ status: 404, body: "gone" }));
      await page.goto(`${address}/`);
      await page.waitForFunction(() => document.getElementById("state").textContent !== "loading ...");
      const state = await page.textContent("#state");
      return state.includes("HTTP 404") ? undefined : state;
    }),
  ]);
}

async function classifyFile(page, file, found) {
  await page.waitForFunction(() => document.getElementById("state").textContent.startsWith("ready"));
  await page.setInputFiles("#file", file);
  await page.waitForSelector("#answer li");
  return wrongLines(await page.locator("#answer li").allTextContents(), found) ?? page.faults[0];
}

async function checkVite(folder, open, { classifier: { found } }) {
  const project = join(folder, "vite");
  cpSync(join(folder, "network.esp"), join(project, "public/network.esp"));
  cpSync(join(folder, "node_modules"), join(project, "node_modules"), { recursive: true });
  const picture = (page) => classifyFile(page, join(folder, "picture.png"), found["picture.png, cover"]);
  const vite = (...words) => [VITE, ...words];
  return [
    await checkExample("examples/vite, built, classifies in a worker under a strict policy", async () => {
      await outputOf(process.execPath, vite("build", "--logLevel", "warn"), { cwd: project });
      return withFiles(join(project, "dist"), async (address) => picture(await open(`${address}/`)));
    }),
    await checkExample("examples/vite, as it is developed, does so, too", () =>
      withServer(
        {
          program: process.execPath,
          words: vite("--host", "127.0.0.1", "--port", "0"),
          isReady: (printed) => /http:\/\/127\.0\.0\.1:[1-9]\d*/.exec(printed)?.[0],
          cwd: project,
          env: { ...process.env, NO_COLOR: "1" },
        },
        async (address) => picture(await open(`${address}/`)),
      ),
    ),
  ];
}
