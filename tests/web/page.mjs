// Tests the map page in a real browser against a server that keeps the contract.
//
//   node tests/web/page.mjs BASE OUT_DIR      BASE is http://127.0.0.1:8080/ or the word `mock`
//
// Everything expected is read from the server itself, so the same tests run over the sample town, a real store and the
// mock. Writes screenshots and the printed page to OUT_DIR. Exits 1 where a test failed. Chromium: $CHROMIUM or
// /usr/bin/chromium.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { execFileSync } from 'node:child_process';
import { AXE, colours, launch, open, settled, visit } from './browser.mjs';

const [baseArgument, out] = process.argv.slice(2);
if (!baseArgument || !out) {
  console.error('usage: node tests/web/page.mjs BASE|mock OUT_DIR');
  process.exit(2);
}
fs.mkdirSync(out, { recursive: true });
const mock = baseArgument === 'mock' ? await (await import('./mock.mjs')).serve() : null;
const base = mock?.url ?? new URL('/', baseArgument).href;

const TOP = 10;
const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };
const get = async (address) => (await fetch(new URL(address, base))).json();
const plain = (text) => text.replace(/\s+/g, ' ').trim();

const texts = await get('/texts');
const overview = await get('/overview');
const say = (id, values = {}) => Object.entries(values).reduce((text, [name, value]) => text.replaceAll(`{${name}}`, value), texts[id]);
const placesOf = async (theme) => {
  const { features } = await get(`/collections/${theme.collection}/items?limit=1000&offset=0`);
  return features.sort((a, b) => a.properties.rang - b.properties.rang);
};
const [theme, other] = overview.themes;
const places = theme ? await placesOf(theme) : [];

const browser = await launch();
let [passed, failed] = [0, 0];

/** Runs a test; one that fails is printed with its reason and the run goes on. */
async function test(name, body) {
  try {
    await body();
    passed += 1;
    console.log(`ok      ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED  ${name}\n        ${String(error.message).slice(0, 1500).replaceAll('\n', '\n        ')}`);
  }
}

/** Opens the page, runs the body, and lets no fault of the page pass. */
async function withPage(body, { hash = '', options, before, forgiven = false, ready = true } = {}) {
  const { page, context, faults } = await open(browser, base, { options, before });
  try {
    if (ready) await visit(page, base + hash);
    else await page.goto(base + hash, { waitUntil: 'load' });
    await body(page);
    if (!forgiven) assert.deepEqual(faults, []);
  } finally {
    await context.close();
  }
}

async function axe(page, where) {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] }));
  const found = violations.map(({ id, nodes }) => `${where}: ${id} at ${nodes.map(({ target, failureSummary }) => `${target} (${failureSummary})`).join('; ')}`);
  assert.deepEqual(found, []);
}

const listRanks = (page) => page.locator('.panel .slot > div > ol.places > li .place').evaluateAll((all) => all.map((one) => Number(one.dataset.rank)));
const mapRanks = (page) => page.locator('.map-badge').evaluateAll((all) => all.map((one) => Number(one.dataset.rank)).sort((a, b) => a - b));
const openRanks = (page) => page.locator('.place[aria-expanded=true]').evaluateAll((all) => all.map((one) => Number(one.dataset.rank)));
const pressedRanks = (page) => page.locator('.map-badge[aria-pressed=true]').evaluateAll((all) => all.map((one) => Number(one.dataset.rank)));
const spot = (page, rank) => page.locator(`.callout:has([data-rank="${rank}"])`).evaluate((one) => {
  const { x, y } = one.getBoundingClientRect();
  return [x, y];
});
const items = (one) => `**/collections/${one.collection}/items*`;
const nothing = JSON.stringify({ type: 'FeatureCollection', numberMatched: 0, numberReturned: 0, links: [], features: [] });
const fulfilEmpty = (route) => route.fulfill({ contentType: 'application/geo+json', body: nothing });

// --- what it shows ---------------------------------------------------------------------------------------------------------
await test('the server has a theme with at least two places to test with', () => assert.ok(places.length >= 2, `${places.length} places`));

await test('the security policy allows this host only, without inline styles or scripts', async () => {
  const policy = (await fetch(base)).headers.get('content-security-policy') ?? '';
  assert.match(policy, /default-src 'self'/);
  assert.doesNotMatch(policy, /unsafe|\*|https?:/);
});

await test('the list has the server\'s places in order, the map the same numbers', () => withPage(async (page) => {
  const expected = places.slice(0, TOP).map(({ properties }) => properties.rang);
  assert.deepEqual(await listRanks(page), expected);
  assert.deepEqual(await mapRanks(page), expected);
  const lines = await page.locator('.panel .slot > div > ol.places > li .place').allTextContents();
  const labels = Object.fromEntries(await page.locator('.map-badge').evaluateAll((all) => all.map((one) => [one.dataset.rank, one.getAttribute('aria-label')])));
  for (const [index, { properties: p }] of places.slice(0, TOP).entries()) {
    const name = p.namn || say('page-unnamed');
    const number = new Intl.NumberFormat('sv-SE').format(p.n);
    const start = plain(`${p.rang}. ${name} – ${number} ${p.n === 1 ? theme.unit[0] : theme.unit[1]}`);
    assert.ok(plain(lines[index]).startsWith(start), `${plain(lines[index])} does not start with ${start}`);
    if (p.sakerhet) assert.match(plain(lines[index]).toLowerCase(), new RegExp(`säkerhet: ${p.sakerhet.toLowerCase().replace(/\.$/, '')}\\.`));
    assert.ok(plain(labels[p.rang]).includes(`${name}, ${number}`), labels[p.rang]);
  }
}));

await test('mark, what is shown and not, totals, how sure, legend and basis stand on the page', () => withPage(async (page) => {
  const text = plain(await page.locator('body').innerText());
  if (overview.mark) assert.ok(await page.getByText(overview.mark, { exact: true }).isVisible());
  else assert.equal(await page.locator('.mark').count(), 0);
  const { n, unplaced, in_hotspots: inPlaces } = theme;
  const figures = await page.locator('.totals dd').allTextContents();
  assert.deepEqual(figures.map((figure) => Number(figure.replace(/\s/g, ''))), [n, inPlaces, unplaced]);
  for (const wanted of [overview.name, theme.shows, theme.not_shows, ...theme.sure, ...theme.classes.map(({ label }) => label), texts['page-missing'], texts['page-unplaced'], texts['page-basis']]) {
    assert.ok(text.includes(plain(wanted)), `missing: ${wanted}`);
  }
  await page.getByText(texts['page-basis'], { exact: true }).click();
  const basis = plain(await page.locator('.basis').innerText());
  for (const wanted of [theme.method, theme.passport.content_hash, theme.passport.software, ...theme.sources]) assert.ok(basis.includes(plain(wanted)), `missing: ${wanted}`);
  await axe(page, 'desktop');
}));

await test('no id of a text and no forbidden word is seen', () => withPage(async (page) => {
  const seen = await page.evaluate(() => document.body.innerText + [...document.querySelectorAll('[aria-label],[title]')].map((one) => `${one.getAttribute('aria-label')} ${one.title}`).join(' '));
  assert.doesNotMatch(seen, /page-[a-z]|\{\w+\}|undefined|NaN/);
  assert.doesNotMatch(seen, /hot ?spot|kluster|riskområde|utsatt/i);
}));

await test('the map is drawn', () => withPage(async (page) => {
  const n = await colours(page, '.maplibregl-canvas');
  assert.ok(n > 8, `${n} colours`);
  await page.screenshot({ path: path.join(out, 'desktop.png') });
}));

// --- how it is used ----------------------------------------------------------------------------------------------------------
await test('a place chosen in the list is marked on the map, in the address, and comes into view', () => withPage(async (page) => {
  const rank = places[1].properties.rang;
  await page.locator(`.place[data-rank="${rank}"]`).click();
  await settled(page);
  assert.deepEqual(await openRanks(page), [rank]);
  assert.deepEqual(await pressedRanks(page), [rank]);
  assert.match(page.url(), new RegExp(`#tema=${theme.id}&plats=${rank}$`));
  const [x, y] = await spot(page, rank);
  const box = await page.locator('.maplibregl-canvas').boundingBox();
  assert.ok(Math.abs(x - box.x - box.width / 2) < box.width / 4 && Math.abs(y - box.y - box.height / 2) < box.height / 4, `${x}, ${y}`);
  await axe(page, 'a place open');
  await page.screenshot({ path: path.join(out, 'desktop-place.png') });
  await page.locator(`.place[data-rank="${rank}"]`).click();
  assert.deepEqual([await openRanks(page), await pressedRanks(page)], [[], []]);
}));

await test('a number on the map opens its place in the list, and so does its area', () => withPage(async (page) => {
  const [first, second] = places.map(({ properties }) => properties.rang);
  await page.locator(`.map-badge[data-rank="${second}"]`).click();
  await settled(page);
  assert.deepEqual(await openRanks(page), [second]);
  await page.locator('.map-button.home').click();
  await settled(page);
  await page.locator(`.map-badge[data-rank="${first}"]`).focus();
  await settled(page);
  await page.mouse.click(...(await spot(page, first)));
  await settled(page);
  assert.deepEqual(await openRanks(page), [first]);
  assert.deepEqual(await pressedRanks(page), [first]);
}));

await test('the keyboard alone reaches and works everything, and one sees where it is', () => withPage(async (page) => {
  const seen = [];
  for (let i = 0; i < 60; i += 1) {
    await page.keyboard.press('Tab');
    const now = await page.evaluate(() => {
      const one = document.activeElement;
      if (!one || one === document.body) return null;
      const shown = one.matches('input.unseen') ? one.nextElementSibling : one;
      const { outlineStyle, outlineWidth } = getComputedStyle(shown);
      return { what: one.matches('canvas') ? 'map' : one.matches('.map-badge') ? `badge ${one.dataset.rank}` : one.matches('.place') ? `place ${one.dataset.rank}` : one.className || one.localName, outline: outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2 };
    });
    if (now === null) break;
    assert.ok(now.outline, `no outline on ${now.what}`);
    seen.push(now.what);
  }
  const ranks = places.slice(0, TOP).map(({ properties }) => properties.rang);
  const wanted = ['skip', 'map', ...ranks.flatMap((rank) => [`place ${rank}`, `badge ${rank}`]), 'map-button in', 'map-button out', 'map-button north', 'map-button west', 'map-button home', 'map-button east', 'map-button south'];
  for (const one of wanted) assert.ok(seen.includes(one), `Tab never reaches ${one}: ${seen.join(', ')}`);

  await page.locator(`.place[data-rank="${ranks[0]}"]`).focus();
  await page.keyboard.press('Enter');
  await settled(page);
  assert.deepEqual([await openRanks(page), await pressedRanks(page)], [[ranks[0]], [ranks[0]]]);
  await page.locator(`.map-badge[data-rank="${ranks[1]}"]`).focus();
  await settled(page);
  await page.keyboard.press('Enter');
  await settled(page);
  assert.deepEqual(await openRanks(page), [ranks[1]]);

  await page.locator('.skip').focus();
  await page.keyboard.press('Enter');
  assert.ok(await page.evaluate(() => document.activeElement.matches('canvas')), 'the skip link leads to the map');
  const before = await spot(page, ranks[1]);
  await page.keyboard.press('ArrowRight');
  await settled(page);
  assert.ok((await spot(page, ranks[1]))[0] < before[0] - 20, 'the arrow key moves the map');
}));

await test('the buttons of the map zoom, move and show all', () => withPage(async (page) => {
  const [a, b] = places.map(({ properties }) => properties.rang);
  const gap = async () => {
    const [p, q] = [await spot(page, a), await spot(page, b)];
    return Math.hypot(p[0] - q[0], p[1] - q[1]);
  };
  const press = async (which) => {
    await page.locator(`.map-button.${which}`).click();
    await settled(page);
  };
  const start = await gap();
  await press('in');
  assert.ok((await gap()) > start * 1.5, `zoom in: ${start} to ${await gap()}`);
  await press('out');
  assert.ok(Math.abs((await gap()) - start) < start * 0.05 + 2, 'zoom out');
  await press('in');
  for (const [which, axis, sign] of [['east', 0, -1], ['west', 0, 1], ['north', 1, 1], ['south', 1, -1]]) {
    const before = (await spot(page, a))[axis];
    await press(which);
    assert.ok(sign * ((await spot(page, a))[axis] - before) > 10, which);
  }
  await press('home');
  assert.ok(Math.abs((await gap()) - start) < start * 0.05 + 2, 'home');
}));

if (other) {
  await test('the other theme has its own places, by mouse and by arrow key, and the way back leads back', () => withPage(async (page) => {
    const otherPlaces = await placesOf(other);
    const expected = otherPlaces.slice(0, TOP).map(({ properties }) => properties.rang);
    await page.getByText(other.title, { exact: true }).click();
    await page.waitForFunction((n) => document.querySelectorAll('.map-badge').length === n, expected.length);
    await settled(page);
    assert.deepEqual(await listRanks(page), expected);
    assert.deepEqual(await mapRanks(page), expected);
    assert.ok(plain(await page.locator('.panel').innerText()).includes(plain(other.shows)));
    assert.ok((await page.title()).includes(other.title));
    assert.match(page.url(), new RegExp(`#tema=${other.id}$`));
    await axe(page, other.id);
    await page.screenshot({ path: path.join(out, `desktop-${other.id}.png`) });
    await page.goBack();
    await settled(page);
    assert.deepEqual(await listRanks(page), places.slice(0, TOP).map(({ properties }) => properties.rang));
    await page.locator(`#tema-${theme.id}`).focus();
    await page.keyboard.press('ArrowRight');
    await settled(page);
    assert.ok(await page.locator(`#tema-${other.id}`).isChecked());
    assert.deepEqual(await listRanks(page), expected);
  }));
} else {
  console.log('NOT RUN: the other theme (the server has one theme only)');
}

await test('a link opens the same view, and a place that does not exist opens none', async () => {
  const rank = places[1].properties.rang;
  await withPage(async (page) => assert.deepEqual([await openRanks(page), await pressedRanks(page)], [[rank], [rank]]), { hash: `#tema=${theme.id}&plats=${rank}` });
  await withPage(async (page) => assert.deepEqual([await openRanks(page), await pressedRanks(page)], [[], []]), { hash: `#tema=${theme.id}&plats=9999` });
});

await test('who asks for less movement is there at once', () => withPage(async (page) => {
  const rank = places[1].properties.rang;
  await page.locator(`.place[data-rank="${rank}"]`).click();
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
  const before = await spot(page, rank);
  await settled(page);
  assert.deepEqual(await spot(page, rank), before);
}, { options: { reducedMotion: 'reduce' } }));

// --- phone, small window, paper ------------------------------------------------------------------------------------------------
await test('on a phone the map stays above the list, nothing is cut off at the side', () => withPage(async (page) => {
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth));
  await page.screenshot({ path: path.join(out, 'phone.png') });
  await axe(page, 'phone');
  const rank = places[1].properties.rang;
  await page.locator(`.place[data-rank="${rank}"]`).tap();
  await settled(page);
  assert.deepEqual([await openRanks(page), await pressedRanks(page)], [[rank], [rank]]);
  const [map, item] = [await page.locator('.map').boundingBox(), await page.locator(`.place[data-rank="${rank}"]`).boundingBox()];
  assert.ok(map.y >= 0 && map.y < 60, `the map is at ${map.y}`);
  assert.ok(item.y >= map.y + map.height - 1, 'the map covers the chosen place');
  await page.screenshot({ path: path.join(out, 'phone-place.png') });
}, { options: PHONE }));

await test('at 320 by 256 pixels (400 percent) nothing needs scrolling sideways', () => withPage(async (page) => {
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= 320));
}, { options: { viewport: { width: 320, height: 256 } } }));

await test('on paper it is one A4 sheet in landscape with map, list and mark', () => withPage(async (page) => {
  const file = path.join(out, 'print.pdf');
  const pdf = await page.pdf({ path: file, preferCSSPageSize: true });
  const source = pdf.toString('latin1');
  const pages = source.match(/\/Type\s*\/Page[^s]/g) ?? [];
  assert.equal(pages.length, 1, `${pages.length} sheets`);
  const [, width, height] = source.match(/\/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)/) ?? [];
  assert.ok(Math.abs(width - 842) < 2 && Math.abs(height - 595) < 2, `${width} x ${height}`);
  const n = await colours(page, '.paper');
  assert.ok(n > 8, `${n} colours on the printed map`);
  try {
    execFileSync('pdftoppm', ['-r', '110', '-png', '-singlefile', file, path.join(out, 'print')]);
  } catch {
    console.log('NOT RUN: print.png (pdftoppm is not installed)');
  }
}));

await test('the print button prints, and the map is as before afterwards', () => withPage(async (page) => {
  const size = () => page.locator('.maplibregl-canvas').evaluate(({ width, height }) => [width, height]);
  const before = await size();
  await page.getByRole('button', { name: texts['page-print'] }).click();
  await page.waitForFunction(() => window.printed?.length === 1);
  const [width] = await page.evaluate(() => window.printed[0]);
  assert.ok(width >= before[0] * 2 - 1, `${width} pixels wide on paper, ${before[0]} on screen`);
  assert.deepEqual(await size(), before);
}, {
  before: (page) => page.addInitScript(() => {
    window.print = () => {
      window.dispatchEvent(new Event('beforeprint'));
      const { width, height } = document.querySelector('.paper');
      (window.printed ??= []).push([width, height]);
    };
  }),
}));

// --- nothing there, something wrong --------------------------------------------------------------------------------------------
await test('"Ingen tydlig anhopning" is a finished answer', () => withPage(async (page) => {
  assert.ok(await page.getByRole('heading', { name: texts['page-none'] }).isVisible());
  assert.ok(await page.getByText(theme.sure[0]).isVisible());
  assert.deepEqual(await mapRanks(page), []);
  assert.ok((await colours(page, '.maplibregl-canvas')) > 4, 'the background is drawn');
  await axe(page, 'none');
  await page.screenshot({ path: path.join(out, 'desktop-none.png') });
}, { before: (page) => page.route(items(theme), fulfilEmpty) }));

await test('places that cannot be fetched are said so, and trying again works', async () => {
  let broken = true;
  await withPage(async (page) => {
    assert.ok(await page.getByRole('heading', { name: texts['page-list-failed'] }).isVisible());
    await axe(page, 'failed');
    await page.screenshot({ path: path.join(out, 'desktop-failed.png') });
    broken = false;
    await page.getByRole('button', { name: texts['page-retry'] }).click();
    await page.locator('.place').first().waitFor();
    assert.deepEqual(await listRanks(page), places.slice(0, TOP).map(({ properties }) => properties.rang));
  }, { forgiven: true, before: (page) => page.route(items(theme), (route) => (broken ? route.fulfill({ status: 503, body: '' }) : route.continue())) });
});

if (overview.backgrounds.length > 0) {
  await test('a background that cannot be fetched is said so, the places stay', () => withPage(async (page) => {
    assert.ok(await page.locator('.map-notice').getByText('kunde inte hämtas').isVisible());
    assert.equal((await mapRanks(page)).length, Math.min(TOP, places.length));
  }, { forgiven: true, before: (page) => page.route(items({ collection: 'roads' }), (route) => route.fulfill({ status: 503, body: '' })) }));
}

await test('places come page by page, whatever host the links name', () => withPage(async (page) => {
  assert.deepEqual(await listRanks(page), places.slice(0, TOP).map(({ properties }) => properties.rang));
  const all = await page.locator('.place').evaluateAll((every) => every.map((one) => Number(one.dataset.rank)));
  assert.deepEqual(all, places.map(({ properties }) => properties.rang));
}, {
  before: (page) => page.route(items(theme), (route) => {
    const offset = Number(new URL(route.request().url()).searchParams.get('offset'));
    const features = places.slice(offset, offset + 1);
    const links = offset + 1 < places.length ? [{ rel: 'next', href: `http://annan-adress.invalid/x/items?limit=1&offset=${offset + 1}` }] : [];
    return route.fulfill({ contentType: 'application/geo+json', body: JSON.stringify({ type: 'FeatureCollection', numberMatched: places.length, numberReturned: 1, links, features }) });
  }),
}));

const withOverview = (change) => (page) => page.route('**/overview', (route) => route.fulfill({ contentType: 'application/json', body: JSON.stringify(change(structuredClone(overview))) }));

await test('a store without results says what to do', () => withPage(async (page) => {
  assert.ok(await page.getByRole('heading', { name: texts['page-no-theme'] }).isVisible());
  await axe(page, 'no theme');
}, { before: withOverview((all) => ({ ...all, themes: [] })) }));

await test('a theme without a single event, period, source or mark is told as such', () => withPage(async (page) => {
  const units = theme.unit[1];
  assert.ok(await page.getByRole('heading', { name: say('page-empty', { units }) }).isVisible());
  assert.ok(await page.getByRole('heading', { name: say('page-places', { units }), exact: true }).isVisible());
  assert.equal(await page.locator('.mark').count(), 0);
  assert.doesNotMatch(await page.locator('body').innerText(), /undefined|null|NaN/);
}, {
  before: async (page) => {
    await page.route(items(theme), fulfilEmpty);
    await withOverview((all) => ({ ...all, mark: null, themes: [{ ...all.themes[0], n: 0, unplaced: 0, in_hotspots: 0, period: null, sources: [], not_shows: '', passport: {} }] }))(page);
  },
}));

await test('a place that lacks everything but its rank still has its line', () => withPage(async (page) => {
  const rank = places[0].properties.rang;
  const line = plain(await page.locator(`.place[data-rank="${rank}"]`).textContent());
  assert.ok(line.startsWith(`${rank}. ${texts['page-unnamed']} – ${texts['page-count-missing']}`), line);
  await page.locator(`.place[data-rank="${rank}"]`).click();
  assert.match(await page.locator(`#plats-${rank}`).innerText(), new RegExp(texts['page-missing']));
  assert.doesNotMatch(await page.locator('body').innerText(), /undefined|null|NaN/);
}, {
  before: (page) => page.route(items(theme), (route) => {
    const [{ geometry, properties }] = places;
    const features = [{ type: 'Feature', geometry, properties: { rang: properties.rang, namn: null, n: null } }];
    return route.fulfill({ contentType: 'application/geo+json', body: JSON.stringify({ type: 'FeatureCollection', numberMatched: 1, numberReturned: 1, links: [], features }) });
  }),
}));

await test('without WebGL the list is whole and the map says why it is not there', () => withPage(async (page) => {
  assert.ok(await page.getByText(texts['page-map-failed']).isVisible());
  assert.deepEqual(await listRanks(page), places.slice(0, TOP).map(({ properties }) => properties.rang));
}, {
  before: (page) => page.addInitScript(() => {
    const real = HTMLCanvasElement.prototype.getContext;
    HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
      return kind.startsWith('webgl') ? null : real.call(this, kind, ...rest);
    };
  }),
}));

await test('a server that does not answer is said so', () => withPage(async (page) => {
  await page.getByText(texts['page-unreachable']).waitFor();
}, { ready: false, forgiven: true, before: (page) => page.route('**/overview', (route) => route.abort()) }));

await test('without JavaScript the page says what it needs', () => withPage(async (page) => {
  const notice = page.locator('noscript p');
  assert.equal(await notice.textContent(), texts['page-no-script']);
  assert.ok((await notice.boundingBox())?.height > 20);
}, { ready: false, options: { javaScriptEnabled: false } }));

await browser.close();
await mock?.stop();
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);
