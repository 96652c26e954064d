/** The benchmark page in a real browser, as on a desk and as on a phone. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildSite } from "../../web/site.mjs";
import { checkExample } from "./examples.mjs";
import { withFiles } from "./file-server.mjs";

const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };

/** Results for the page, built into the folder. */
export async function checkWeb(folder, browser) {
  const site = join(folder, "site");
  await buildSite(site);
  return withFiles(site, async (address) => {
    const open = async (options, path = "/") => {
      const context = await browser.newContext({ acceptDownloads: true, ...options });
      await context.grantPermissions(["clipboard-read", "clipboard-write"]);
      const page = await context.newPage();
      page.faults = [];
      page.on("pageerror", (error) => page.faults.push(String(error)));
      page.on("console", (message) => message.type() === "error" && page.faults.push(message.text()));
      await page.goto(`${address}${path}`);
      await page.waitForSelector("#start:not([disabled])");
      return page;
    };
    return [
      await checkExample("web measures dense beside pruned, and its link shows the same", () => checkShared(open)),
      await checkExample("web measures on a phone, and nothing is wider than that", () => checkPhone(open)),
      await checkExample("web takes files, two threads, and says what is wrong with a file", () =>
        checkFiles(open, folder),
      ),
    ];
  });
}

async function measure(page) {
  await page.selectOption("#runs", "10");
  await page.click("#start");
  await page.waitForSelector("#table");
  await page.waitForSelector("#start:not([disabled])");
}

async function checkShared(open) {
  const page = await open({});
  await measure(page);
  const shown = await page.textContent("#result");
  const ratios = (await page.locator("tbody tr:nth-child(2)").innerText()).match(/\d\.\d\d×/g);
  if (ratios?.length !== 2 || ratios[1] !== "2.00×") return `ratios are ${ratios}`;
  await page.click("text=Copy link");
  await page.waitForFunction(() => location.hash !== "");
  const link = await page.evaluate(() => navigator.clipboard.readText());
  const other = await open({}, link.slice(link.indexOf("/", 8)));
  if ((await other.textContent("#result")) !== shown) return "the link shows something else";
  const [download] = await Promise.all([page.waitForEvent("download"), page.click("text=Save JSON")]);
  const report = JSON.parse(readFileSync(await download.path(), "utf8"));
  if (report.networks.length !== 2 || report.networks[0].layers.length === 0) return JSON.stringify(report);
  const cut = await open({}, "/#report=abc");
  await cut.waitForSelector("#state.fault");
  return (await cut.textContent("#state")).includes("holds no report")
    ? page.faults[0]
    : "a broken link is not noticed";
}

async function checkPhone(open) {
  const page = await open(PHONE);
  await measure(page);
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  return width <= PHONE.viewport.width ? page.faults[0] : `the page is ${width} pixels wide`;
}

async function checkFiles(open, folder) {
  const page = await open({});
  await page.setInputFiles("#files", [join(folder, "network.esp")]);
  await page.selectOption("#threads", "2");
  await measure(page);
  const names = await page.locator("tbody td:first-child").allTextContents();
  if (names.join() !== "network") return `measured ${names}`;
  if (!(await page.textContent("#circumstances")).includes("2 threads")) return "one thread ran";
  const damaged = join(folder, "damaged.esp");
  writeFileSync(damaged, readFileSync(join(folder, "network.esp")).subarray(0, 5000));
  await page.setInputFiles("#files", [damaged]);
  await page.click("#start");
  await page.waitForSelector("#state.fault");
  const state = await page.textContent("#state");
  return state.includes("bytes announced") ? page.faults[0] : state;
}
