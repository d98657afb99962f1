// The page's pure parts: words, permalink, classes, geometry, spreading of badges. Run by `npm test` in src/web.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import path from 'node:path';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const web = path.join(path.dirname(fileURLToPath(import.meta.url)), '../../src/web');
const { build } = createRequire(path.join(web, 'package.json'))('esbuild');

/** Loads a module of the page, bundled in memory. */
async function load(name) {
  const { outputFiles } = await build({ entryPoints: [path.join(web, 'page', `${name}.ts`)], bundle: true, write: false, format: 'esm' });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);
}

const words = await load('words');
const permalink = await load('permalink');
const classes = await load('classes');
const geometry = await load('geometry');
const { spread } = await load('spread');
const { speaker } = await load('texts');

test('a count takes the singular for one and the plural for none and many', () => {
  const unit = ['olycka', 'olyckor'];
  assert.equal(words.counted(1, unit), '1 olycka');
  assert.equal(words.counted(0, unit), '0 olyckor');
  assert.equal(words.counted(12345, unit).replace(/\s/g, ' '), '12 345 olyckor');
});

test('a period is its years, one year is said once, half a period is what is known', () => {
  assert.equal(words.years('2018-01-01', '2025-12-31'), '2018–2025');
  assert.equal(words.years('2025-02-01', '2025-12-31'), '2025');
  assert.equal(words.years(null, '2025-12-31'), '2025');
  assert.equal(words.years(null, undefined), '');
});

test('a small share is not rounded to nothing', () => {
  assert.equal(words.share(0.2386).replace(/\s/g, ' '), '24 %');
  assert.equal(words.share(0.00138).replace(/\s/g, ' '), '0,14 %');
  assert.equal(words.share(0).replace(/\s/g, ' '), '0 %');
});

test('a word inside a sentence begins small, an abbreviation stays as it is', () => {
  assert.equal(words.inner('Inte prövad'), 'inte prövad');
  assert.equal(words.inner('Öppen'), 'öppen');
  assert.equal(words.inner('ISS 9'), 'ISS 9');
});

test('a list with dots breaks neither before a dot nor before a count', () => {
  assert.equal(words.dotted('Korsande 12 · Cykel singel 4'), 'Korsande\u00a012\u00a0· Cykel singel\u00a04');
});

test('a sentence with an empty part has no gap before its full stop', () => {
  assert.equal(words.tidy('34 olyckor .'), '34 olyckor.');
});

test('a day is written out, and what is no day comes back as it is', () => {
  assert.equal(words.day('2018-01-01'), '1 januari 2018');
  assert.equal(words.day('okänd'), 'okänd');
});

test('a text fills its names and leaves unknown ones, an unknown id is seen', () => {
  const say = speaker({ 'page-a': '{n} av {m}' });
  assert.equal(say('page-a', { n: 3 }), '3 av {m}');
  assert.equal(say('page-b'), 'page-b');
});

test('a permalink comes back as it was written', () => {
  for (const choice of [{ theme: 'damage', place: 3 }, { theme: 'accident', place: null }]) {
    assert.deepEqual(permalink.readHash(permalink.writeHash(choice), ['accident', 'damage']), choice);
  }
});

test('an address without sense gives the first theme and no place', () => {
  const themes = ['accident', 'damage'];
  for (const hash of ['', '#', '#tema=annat&plats=2', '#tema=accident&plats=-1', '#tema=accident&plats=1.5', '#tema=accident&plats=x']) {
    assert.deepEqual(permalink.readHash(hash, themes), { theme: 'accident', place: null }, hash);
  }
  assert.deepEqual(permalink.readHash('#tema=x', []), { theme: '', place: null });
});

test('a number falls in the class whose bounds hold it, else in "Uppgift saknas"', () => {
  const given = [{ from: 10, to: null, label: '10 eller fler' }, { from: 3, to: 9, label: '3–9' }];
  const all = classes.withMissing(given, 'Uppgift saknas');
  assert.equal(all.length, 3);
  assert.equal(all[2].label, 'Uppgift saknas');
  assert.deepEqual([10, 999, 9, 3, 2, null, undefined].map((n) => classes.classOf(n, all)), [0, 0, 1, 1, 2, 2, 2]);
  const own = { from: null, to: null, label: 'Okänt' };
  assert.deepEqual(classes.withMissing([own, ...given], 'x'), [...given, own]);
});

const square = (x, y, side) => [[x, y], [x + side, y], [x + side, y + side], [x, y + side], [x, y]];

test('the point of a square is its middle', () => {
  assert.deepEqual(geometry.pointInside({ type: 'Polygon', coordinates: [square(2, 4, 2)] }), [3, 5]);
});

test('the point of an area with a hole in its middle lies beside the hole', () => {
  const [x, y] = geometry.pointInside({ type: 'Polygon', coordinates: [square(0, 0, 10), square(3, 3, 4)] });
  assert.ok(x > 0 && x < 10 && y > 0 && y < 10);
  assert.ok(!(x > 3 && x < 7 && y > 3 && y < 7), `${x}, ${y}`);
});

test('of several parts the largest gets the point', () => {
  const shape = { type: 'MultiPolygon', coordinates: [[square(0, 0, 1)], [square(5, 5, 3)]] };
  assert.deepEqual(geometry.pointInside(shape), [6.5, 6.5]);
  assert.deepEqual(geometry.boxOf(shape), [0, 0, 8, 8]);
});

test('the point of a horseshoe lies in the shoe', () => {
  const shoe = [[0, 0], [9, 0], [9, 9], [6, 9], [6, 3], [3, 3], [3, 9], [0, 9], [0, 0]];
  const [x, y] = geometry.pointInside({ type: 'Polygon', coordinates: [shoe] });
  assert.ok(y < 3 || x < 3 || x > 6, `${x}, ${y}`);
});

test('the number of a road stands on the road, near its middle', () => {
  const line = [[0, 0], [4, 0], [8, 0], [12, 0]];
  assert.deepEqual(geometry.pointInside({ type: 'LineString', coordinates: line }), [6, 0]);
  const road = { type: 'MultiLineString', coordinates: [[[0, 0], [10, 0]], [[10, 0], [10, 10]], [[4, 5], [6, 5]]] };
  assert.deepEqual(geometry.pointInside(road), [5, 5]);
  assert.deepEqual(geometry.boxOf(road), [0, 0, 10, 10]);
  assert.equal(geometry.pointInside({ type: 'MultiLineString', coordinates: [] }), null);
});

test('an area without extent has no point', () => {
  assert.equal(geometry.pointInside({ type: 'Polygon', coordinates: [] }), null);
  assert.equal(geometry.pointInside({ type: 'Polygon', coordinates: [[[1, 1], [1, 1], [1, 1]]] }), null);
  assert.equal(geometry.boxOf({ type: 'MultiPolygon', coordinates: [] }), null);
});

test('badges that do not touch stay, badges that do part to the distance', () => {
  assert.deepEqual(spread([[0, 0], [100, 0]], 30, 40), [[0, 0], [0, 0]]);
  const points = [[0, 0], [4, 0], [50, 0]];
  const moved = spread(points, 30, 40).map(([dx, dy], i) => [points[i][0] + dx, points[i][1] + dy]);
  for (const [i, a] of moved.entries()) {
    for (const b of moved.slice(i + 1)) assert.ok(Math.hypot(a[0] - b[0], a[1] - b[1]) > 29.5, JSON.stringify(moved));
  }
});

test('badges at the very same point part, and none goes further than the reach', () => {
  const offsets = spread(Array(8).fill([5, 5]), 30, 40);
  assert.equal(new Set(offsets.map(String)).size, 8);
  for (const [x, y] of offsets) assert.ok(Math.hypot(x, y) <= 40.001);
});
