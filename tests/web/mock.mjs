// A server that keeps the page's contract over a made-up small town: for work on the page without the Rust server.
//
//   node tests/web/mock.mjs [PORT]        serves http://127.0.0.1:PORT (default 8081) until it is stopped
//
// Import { serve } to have one for a test. The town, its streets and its places follow from a fixed seed.
import http from 'node:http';
import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '../..');
const web = path.join(root, 'src/web');
const { parse } = createRequire(path.join(web, 'package.json'))('smol-toml');

const CSP = "default-src 'self'; img-src 'self' data: blob:; style-src 'self'";

// --- the town: metres east and north of a corner near Kalmar, bent a little so that nothing is a grid ------------------
const [LON, LAT] = [16.31, 56.742];
let state = 20260;
const random = () => (state = (state * 48271) % 2147483647) / 2147483647;
const degrees = ([x, y]) => {
  const [bx, by] = [x + 40 * Math.sin(y / 600) + 22 * Math.sin(x / 310), y + 55 * Math.sin(x / 700) + 18 * Math.cos(y / 260)];
  return [LON + bx / (111320 * Math.cos((LAT * Math.PI) / 180)), LAT + by / 111320].map((value) => Math.round(value * 1e6) / 1e6);
};
const feature = (id, geometry, properties) => ({ type: 'Feature', id, geometry, properties });
const line = (points) => ({ type: 'LineString', coordinates: points.map(degrees) });
const area = (points) => ({ type: 'Polygon', coordinates: [[...points, points[0]].map(degrees)] });

const EAST_WEST = ['Norra vägen', 'Skolgatan', 'Kyrkogatan', 'Storgatan', 'Fiskaregatan', 'Varvsgatan', 'Södra vägen'];
const NORTH_SOUTH = ['Västerleden', 'Ängsgatan', 'Järnvägsgatan', 'Skeppsbrogatan', 'Hamngatan', 'Trädgårdsgatan', 'Österlånggatan', 'Strandvägen'];
const X = NORTH_SOUTH.map((_, i) => 120 + i * 330 + (i % 2) * 40);
const Y = EAST_WEST.map((_, i) => 150 + i * 270 + (i % 3) * 25);
const between = (a, b, share) => [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share];

const roads = [];
const street = (name, kind, from, to) => {
  const points = [0, 0.25, 0.5, 0.75, 1].map((share) => between(from, to, share));
  roads.push(feature(roads.length + 1, line(points), { name, class: kind }));
};
Y.forEach((y, j) => X.slice(1).forEach((x, i) => street(EAST_WEST[j], [0, 3, 6].includes(j) ? 'huvudgata' : 'lokalgata', [X[i], y], [x, y])));
X.forEach((x, i) => Y.slice(1).forEach((y, j) => street(NORTH_SOUTH[i], [0, 3].includes(i) ? 'huvudgata' : 'lokalgata', [x, Y[j]], [x, y])));
Y.slice(1).forEach((y, j) => X.slice(1).forEach((x, i) => {
  if ((i + 2 * j) % 3 === 0) street(null, 'gcm-väg', [X[i], (Y[j] + y) / 2], [x, (Y[j] + y) / 2]);
}));

const buildings = [];
Y.slice(1).forEach((y, j) => X.slice(1).forEach((x, i) => {
  if ((i === 4 && j === 2) || (i === 1 && j === 4)) return; // a square and a park
  const [w, h] = [x - X[i], y - Y[j]];
  for (const [row, north] of [[Y[j] + 22, false], [y - 22, true]]) {
    for (let at = X[i] + 24; at < X[i] + w - 40; ) {
      const [long, deep] = [14 + random() * 26, 11 + random() * 9];
      const low = north ? row - deep : row;
      if (random() > 0.12) buildings.push(feature(buildings.length + 1, area([[at, low], [at + long, low], [at + long, low + deep], [at, low + deep]]), { kind: random() > 0.7 ? 'flerbostadshus' : 'småhus' }));
      at += long + 8 + random() * 12;
    }
  }
  for (let at = Y[j] + 60; at < Y[j] + h - 70; at += 36 + random() * 20) {
    if (random() > 0.4) buildings.push(feature(buildings.length + 1, area([[X[i] + 20, at], [X[i] + 34, at], [X[i] + 34, at + 22], [X[i] + 20, at + 22]]), { kind: 'småhus' }));
  }
}));
const shore = [[2640, -250], [2700, 300], [2610, 700], [2760, 1100], [2690, 1500], [2800, 2300], [3900, 2300], [3900, -250]];
const block = (i, j, inset) => area([[X[i] + inset, Y[j] + inset], [X[i + 1] - inset, Y[j] + inset], [X[i + 1] - inset, Y[j + 1] - inset], [X[i] + inset, Y[j + 1] - inset]]);
const ground = [
  feature(1, area(shore), { kind: 'Vatten' }),
  feature(2, block(1, 4, 14), { kind: 'Park' }),
  feature(3, block(4, 2, 12), { kind: 'Torg' }),
  feature(4, area([[-900, -700], [60, -700], [40, 600], [-60, 1300], [20, 2700], [-900, 2700]]), { kind: 'Skog' }),
  feature(5, line([[-900, 2120], [600, 2010], [1500, 2030], [2500, 2400]]), { kind: 'Järnväg' }),
];
const trees = [...Array(160)].map((_, k) => feature(k + 1, { type: 'Point', coordinates: degrees([X[1] + 25 + random() * 290, Y[4] + 20 + random() * 230]) }, { kind: 'Lövträd' }));

/** The union of a buffer's corner points stands for the real union of buffered core points. */
const blob = ([x, y], radius, stretch = 1, turn = 0) => {
  const points = [...Array(28)].map((_, k) => {
    const angle = (k / 28) * 2 * Math.PI;
    const far = radius * (1 + 0.16 * Math.sin(3 * angle + x) + 0.1 * Math.cos(5 * angle + y));
    const [u, v] = [far * Math.cos(angle) * stretch, far * Math.sin(angle)];
    return [x + u * Math.cos(turn) - v * Math.sin(turn), y + u * Math.sin(turn) + v * Math.cos(turn)];
  });
  return area(points);
};

const UNTESTED = 'Ingen prövning mot slumpen är gjord. Platsen är en beskrivning av var olyckorna ligger, inte ett bevis för att gatan är sämre än andra.';
const place = (rang, namn, n, geometry, more) => feature(rang, geometry, {
  rang, namn, n, period_fran: '2018-01-07', period_till: '2025-12-19',
  andel_handelser: n / 897, andel_yta: 0.0004 + 0.0002 * rang, sakerhet: 'Inte prövad', sakerhet_text: UNTESTED, radius: 50, ...more,
});
const severity = (dead, bad, mid, light, unknown) => [['Dödad', dead], ['Allvarligt', bad], ['Måttligt', mid], ['Lindrigt', light], ['Uppgift saknas', unknown]].filter(([, n]) => n > 0).map(([word, n]) => `${word} ${n}`).join(' · ');
const at = (i, j) => [X[i], Y[j]];
const accidents = [
  place(1, 'Storgatan, Skeppsbrogatan–Hamngatan', 41, blob(between(at(3, 3), at(4, 3), 0.4), 62, 2.4), { antal_skadade: 47, svarighet: severity(1, 4, 11, 30, 1), kategorier: 'Korsande 17 · Cykel singel 9 · Upphinnande 6' }),
  place(2, 'Korsningen Storgatan–Västerleden', 36, blob(at(0, 3), 70), { antal_skadade: 42, svarighet: severity(0, 3, 9, 30, 0), kategorier: 'Avsvängande 15 · Upphinnande 12' }),
  place(3, 'Norra vägen vid Järnvägsgatan', 29, blob(at(2, 0), 58, 1.4), { antal_skadade: 31, svarighet: severity(0, 2, 8, 20, 1), kategorier: 'Cykel singel 14 · Fotgängare singel 7' }),
  place(4, 'Södra vägen vid Skeppsbrogatan', 24, blob(at(3, 6), 55), { antal_skadade: 25, svarighet: severity(0, 1, 6, 18, 0), kategorier: 'Korsande 11 · Cykel–motorfordon 8' }),
  place(5, 'Skolgatan vid Ängsgatan', 19, blob(at(1, 1), 50, 1.5, 1.2), { antal_skadade: 19, svarighet: severity(0, 1, 4, 14, 0), kategorier: 'Cykel singel 8 · Korsande 6' }),
  place(6, 'Hamngatan, Storgatan–Fiskaregatan', 16, blob(between(at(4, 3), at(4, 4), 0.35), 50, 1.3, 1.5), { antal_skadade: 17, svarighet: severity(0, 0, 5, 12, 0), kategorier: 'Fotgängare–motorfordon 6 · Parkering 4' }),
  place(7, 'Varvsgatan vid Trädgårdsgatan', 9, blob(at(5, 5), 46), { antal_skadade: 9, svarighet: severity(0, 1, 2, 6, 0), kategorier: 'Korsande 5 · Cykel singel 2' }),
  place(8, 'Kyrkogatan vid Österlånggatan', 7, blob(at(6, 2), 44), { antal_skadade: 8, svarighet: severity(0, 0, 2, 6, 0), kategorier: 'Avsvängande 4' }),
  place(9, 'Strandvägen vid Fiskaregatan', 6, blob(at(7, 4), 44, 1.5, 1.5), { antal_skadade: 6, svarighet: severity(0, 0, 1, 5, 0), kategorier: 'Cykel singel 5' }),
  place(10, 'Västerleden vid Varvsgatan', 5, blob(at(0, 5), 42), { antal_skadade: 5, svarighet: severity(0, 0, 1, 4, 0), kategorier: 'Singel motorfordon 3' }),
  place(11, 'Trädgårdsgatan vid Norra vägen', 4, blob(at(5, 0), 40), { antal_skadade: 4, svarighet: severity(0, 0, 0, 4, 0), kategorier: 'Upphinnande 2' }),
  place(12, 'Ängsgatan vid Södra vägen', 4, blob(at(1, 6), 40), { antal_skadade: 5, svarighet: severity(0, 0, 1, 4, 0), kategorier: 'Korsande 3' }),
  place(13, 'Österlånggatan vid Varvsgatan', 3, blob(at(6, 5), 38), { antal_skadade: 3, svarighet: severity(0, 0, 0, 3, 0), kategorier: 'Fotgängare singel 2' }),
];
const damages = [
  place(1, 'Centralparken', 34, blob(between(at(1, 4), at(2, 5), 0.5), 85, 1.4), { kategorier: 'Skadegörelse 22 · Klotter 9' }),
  place(2, 'Stortorget', 18, blob(between(at(4, 2), at(5, 3), 0.5), 70), { kategorier: 'Klotter 11 · Krossat glas 4' }),
  place(3, 'Lindsdalsskolan', 11, blob([X[5] + 160, Y[0] + 130], 60), { kategorier: 'Krossat glas 8' }),
  place(4, 'Strandbadet', 4, blob([X[7] + 60, Y[5] + 60], 48, 1.6, 1.4), { kategorier: 'Skadegörelse 3' }),
].map((one) => ({ ...one, properties: { ...one.properties, antal_skadade: null, svarighet: null, andel_handelser: one.properties.n / 263, sakerhet_text: 'Ingen prövning mot slumpen är gjord.' } }));

const classes = (unit) => [
  { from: 20, to: null, label: `20 eller fler ${unit}`, colour: '#4b2a86', hatched: false },
  { from: 10, to: 19, label: '10–19', colour: '#7a5fb3', hatched: false },
  { from: 5, to: 9, label: '5–9', colour: '#a994d1', hatched: false },
  { from: 1, to: 4, label: 'Få händelser – osäkert', colour: '#7a5fb3', hatched: true },
];
const passport = (used, unplaced, sources) => ({
  software: 'lagesbild 0.1.0', method: 'dbscan', parameters: { eps: 50, min_points: 3, value: null, weights: 'antal' }, seed: null, sources,
  period: ['2018-01-01', '2025-12-31'], vintage: '2025-12-31T23:00:00.000Z', used, unplaced,
  dropped: { 'läget är för osäkert': 5 }, crs: 'EPSG:3006', secrecy: 'strada', notes: ['Fotgängare singel (fallolyckor) ingår inte.'],
  content_hash: 'd3c9a2f1706b5e48c1f09a37be52d8146ac0fe93b7715d2048e6c3fa91b5d07e',
});
const sum = (places) => places.reduce((total, { properties }) => total + properties.n, 0);
const overview = {
  name: 'Provsund',
  mark: 'INTERN – STRADA',
  bbox: [...degrees([0, 0]), ...degrees([2900, 2050])],
  backgrounds: [{ id: 'ground', title: 'Vatten och grönområden' }, { id: 'trees', title: 'Träd' }, { id: 'roads', title: 'Gator' }, { id: 'buildings', title: 'Byggnader' }],
  themes: [
    {
      id: 'accident', collection: 'hotspots-accident', title: 'Olyckor',
      shows: 'vägtrafikolyckor som polis eller sjukvård har rapporterat, samlade där de ligger tätt.',
      not_shows: 'olyckor som ingen har rapporterat, fallolyckor, och hur mycket trafik gatan har.',
      period: ['2018-01-01', '2025-12-31'], n: 897, unplaced: 12, in_hotspots: sum(accidents), classes: classes('olyckor'), unit: ['olycka', 'olyckor'],
      sure: ['Platserna visar var rapporterade olyckor ligger tätt; de är inte prövade mot slumpen.', 'Trafikmängden är okänd på de flesta gator, så många olyckor kan bero på mycket trafik.', 'Tolv olyckor saknar plats och finns bara i summan.'],
      method: 'DBSCAN med 50 meters sökradie och minst 3 olyckor.', sources: ['STRADA'], passport: passport(880, 12, ['STRADA']),
    },
    {
      id: 'damage', collection: 'hotspots-damage', title: 'Skador',
      shows: 'anmälda skador på kommunens egendom.', not_shows: 'skador som ingen har anmält, och upplevd otrygghet.',
      period: ['2018-01-01', '2025-12-31'], n: 263, unplaced: 31, in_hotspots: sum(damages), classes: classes('skador'), unit: ['skada', 'skador'],
      sure: ['Platserna visar var anmälda skador ligger tätt; de är inte prövade mot slumpen.', 'Förvaltningar anmäler olika flitigt, så jämför inte platser med olika förvaltare.', '31 skador saknar plats och finns bara i summan.'],
      method: 'DBSCAN med 50 meters sökradie och minst 3 skador.', sources: ['Skaderapporter'], passport: passport(227, 31, ['Skaderapporter']),
    },
  ],
};
const collections = { 'hotspots-accident': accidents, 'hotspots-damage': damages, roads, buildings, ground, trees };

// --- the server ----------------------------------------------------------------------------------------------------------
function items(name, query, host) {
  const all = collections[name];
  const unknown = [...query.keys()].find((key) => !['limit', 'offset'].includes(key));
  if (unknown) return [400, { title: `unknown parameter ${unknown}` }];
  const [limit, offset] = [Number(query.get('limit') ?? 1000), Number(query.get('offset') ?? 0)];
  const features = all.slice(offset, offset + limit);
  const here = `http://${host}/collections/${name}/items`;
  const links = [{ rel: 'self', type: 'application/geo+json', href: `${here}?limit=${limit}&offset=${offset}` }];
  if (offset + limit < all.length) links.push({ rel: 'next', type: 'application/geo+json', href: `${here}?limit=${limit}&offset=${offset + limit}` });
  return [200, { type: 'FeatureCollection', numberMatched: all.length, numberReturned: features.length, links, features }];
}

/** Starts the mock on a port of 127.0.0.1 (0: any free one); gives its address and a way to stop it. */
export async function serve(port = 0) {
  const types = JSON.parse(fs.readFileSync(path.join(web, 'dist/manifest.json'), 'utf8'));
  const texts = parse(fs.readFileSync(path.join(root, 'data/texts/page.toml'), 'utf8'));
  const server = http.createServer((request, response) => {
    const url = new URL(request.url, 'http://mock');
    const send = (status, type, body) => {
      response.writeHead(status, { 'content-type': type, 'content-security-policy': CSP, 'x-content-type-options': 'nosniff' });
      response.end(body);
    };
    const json = (status, value) => send(status, 'application/json', JSON.stringify(value));
    const asset = (name) => (Object.hasOwn(types, name) ? send(200, types[name], fs.readFileSync(path.join(web, 'dist', name))) : json(404, { title: 'not found' }));
    const [, first, second, third] = url.pathname.split('/').map(decodeURIComponent);
    if (url.pathname === '/') return asset('index.html');
    if (first === 'assets') return asset(second);
    if (url.pathname === '/texts') return json(200, Object.fromEntries(Object.entries(texts).map(([id, { sv }]) => [id, sv])));
    if (url.pathname === '/overview') return json(200, overview);
    if (first === 'collections' && third === 'items' && Object.hasOwn(collections, second)) return json(...items(second, url.searchParams, request.headers.host));
    return json(404, { title: 'not found' });
  });
  await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${server.address().port}/`, stop: () => new Promise((resolve) => { server.close(resolve); server.closeAllConnections(); }) };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { url } = await serve(Number(process.argv[2] ?? 8081));
  console.log(`serving the made-up town on ${url}`);
}
