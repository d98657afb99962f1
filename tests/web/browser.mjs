// Opens pages in headless Chromium for the page tests and keeps an eye on them: console, requests, answers.
import path from 'node:path';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const web = path.join(path.dirname(fileURLToPath(import.meta.url)), '../../src/web');
const require = createRequire(path.join(web, 'package.json'));
const { chromium } = require('playwright-core');

/** axe-core's source, run in the page through the debugger, which the page's security policy does not stop. */
export const AXE = require('axe-core').source;

/** Software WebGL, so that the map draws on a machine without a graphics card. */
const FLAGS = ['--no-sandbox', '--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--ignore-gpu-blocklist', '--disable-dev-shm-usage'];

/** A browser; the caller closes it. */
export function launch() {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', headless: true, args: FLAGS });
}

/**
 * A page of its own context, with what went wrong on it: console errors and warnings, thrown errors, requests to
 * another host, failed requests, answers of 400 and above.
 */
export async function open(browser, base, { options = {}, before } = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'sv-SE', ...options });
  const page = await context.newPage();
  const faults = [];
  const host = new URL(base).host;
  page.on('console', (message) => {
    // SwiftShader is slow to hand pixels back, and Chromium says so: that is the machine, not the page.
    const slow = /GPU stall due to ReadPixels/.test(message.text());
    if (['error', 'warning'].includes(message.type()) && !slow) faults.push(`console ${message.type()}: ${message.text().slice(0, 300)}`);
  });
  page.on('pageerror', (error) => faults.push(`thrown: ${error.message.slice(0, 300)}`));
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (/^(https?|wss?):$/.test(url.protocol) && url.host !== host) faults.push(`request to another host: ${request.url()}`);
  });
  page.on('requestfailed', (request) => faults.push(`failed request: ${request.url()} ${request.failure()?.errorText}`));
  page.on('response', (response) => {
    if (response.status() >= 400) faults.push(`answer ${response.status()}: ${response.url()}`);
  });
  await before?.(page);
  return { page, context, faults };
}

/** Goes to an address and waits until list, map and backgrounds are there and the map stands still. */
export async function visit(page, url) {
  await page.goto(url, { waitUntil: 'load' });
  await page.waitForFunction(() => document.documentElement.dataset.ready === 'true', null, { timeout: 60_000 });
  await settled(page);
}

/** Waits until the map says it stands still, and the numbers on it have done so for a quarter of a second. */
export async function settled(page) {
  await page.evaluate(async () => {
    const where = () => [...document.querySelectorAll('.callout, .maplibregl-ctrl-scale')].map((one) => JSON.stringify(one.getBoundingClientRect())).join();
    let [before, still] = ['', 0];
    for (let i = 0; i < 400 && still < 5; i += 1) {
      const now = where();
      const moving = document.querySelector('.map')?.dataset.still === 'false';
      still = now === before && !moving ? still + 1 : 0;
      before = now;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  });
}

/** Number of distinct colours on a canvas. */
export function colours(page, selector) {
  return page.evaluate((which) => {
    const source = document.querySelector(which);
    if (!source || source.width === 0) return 0;
    const copy = Object.assign(document.createElement('canvas'), { width: source.width, height: source.height });
    const pen = copy.getContext('2d', { willReadFrequently: true });
    pen.drawImage(source, 0, 0);
    const { data } = pen.getImageData(0, 0, copy.width, copy.height);
    const seen = new Set();
    for (let i = 0; i < data.length; i += 16) if (data[i + 3] > 0) seen.add((data[i] << 16) | (data[i + 1] << 8) | data[i + 2]);
    return seen.size;
  }, selector);
}
