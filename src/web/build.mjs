// Bundles the map page into dist/: fixed file names, everything local, and manifest.json that lists them.
//
//   node build.mjs            builds once
//
// dist/manifest.json maps each path to its media type, so that a server can embed the folder without guessing.
// dist/licences.txt holds the licence of every package whose code or font is in the bundle.
import { build } from 'esbuild';
import { parse } from 'smol-toml';
import { cp, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const dist = path.join(here, 'dist');
const modules = path.join(here, 'node_modules');

/** Weights of the typeface that the page uses, and the file each becomes. */
const WEIGHTS = [400, 600, 700];
const FONT = '@fontsource/source-sans-3';

const MEDIA_TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
};

/** Writes the texts that must stand in the page itself; an id that is not in the catalogue stops the build. */
async function html() {
  const texts = parse(await readFile(path.join(here, '../../data/texts/page.toml'), 'utf8'));
  const escape = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const source = await readFile(path.join(here, 'index.html'), 'utf8');
  const filled = source.replace(/\{\{([a-z-]+)\}\}/g, (_, id) => {
    if (!texts[id]) throw new Error(`index.html names the text ${id}, which data/texts/page.toml does not hold`);
    return escape(texts[id].sv);
  });
  await writeFile(path.join(dist, 'index.html'), filled);
}

/** Every package that reaches the bundle: those named, and what they depend on. */
async function packages(names) {
  const found = new Map();
  const queue = [...names];
  while (queue.length > 0) {
    const name = queue.shift();
    if (found.has(name) || name.startsWith('@types/')) continue;
    const text = await readFile(path.join(modules, name, 'package.json'), 'utf8').catch(() => null);
    if (text === null) throw new Error(`the package ${name} is not installed: run npm ci`);
    const info = JSON.parse(text);
    found.set(name, info);
    queue.push(...Object.keys(info.dependencies ?? {}));
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The licence texts of what is bundled, one after the other. */
async function licences() {
  const parts = [];
  for (const info of await packages(['maplibre-gl', FONT])) {
    const folder = path.join(modules, info.name);
    const file = (await readdir(folder)).find((name) => /^licen[cs]e/i.test(name));
    const text = file ? await readFile(path.join(folder, file), 'utf8') : `Licence: ${info.license}\n`;
    parts.push(`${info.name} ${info.version} (${info.license})\n${'='.repeat(72)}\n\n${text.trim()}\n`);
  }
  await writeFile(path.join(dist, 'licences.txt'), parts.join('\n\n'));
}

/** dist/manifest.json: path to media type, in order of path. */
async function manifest() {
  const names = (await readdir(dist)).filter((name) => name !== 'manifest.json').sort();
  const lines = names.map((name) => {
    const type = MEDIA_TYPES[path.extname(name)];
    if (!type) throw new Error(`no media type for ${name}`);
    return [name, type];
  });
  await writeFile(path.join(dist, 'manifest.json'), `${JSON.stringify(Object.fromEntries(lines), null, 2)}\n`);
}

await rm(dist, { recursive: true, force: true });
await mkdir(dist);
await build({
  absWorkingDir: here,
  entryPoints: { app: 'page/main.ts' },
  outdir: dist,
  bundle: true,
  format: 'esm',
  target: ['es2022', 'chrome111', 'firefox114', 'safari16.4'],
  minify: true,
  charset: 'utf8',
  legalComments: 'none',
  logLevel: 'warning',
});
await build({
  absWorkingDir: here,
  entryPoints: { app: 'styles/app.css' },
  outdir: dist,
  bundle: true,
  minify: true,
  charset: 'utf8',
  external: ['./*.woff2'],
  legalComments: 'none',
  logLevel: 'warning',
});
// MapLibre draws in a worker whose file it fetches by address, so it stands beside the bundle.
await cp(path.join(modules, 'maplibre-gl/dist/maplibre-gl-worker.mjs'), path.join(dist, 'worker.js'));
await cp(path.join(here, 'icon.svg'), path.join(dist, 'icon.svg'));
for (const weight of WEIGHTS) {
  const file = `source-sans-3-latin-${weight}-normal.woff2`;
  await cp(path.join(modules, FONT, 'files', file), path.join(dist, `source-sans-${weight}.woff2`));
}
await html();
await licences();
await manifest();
