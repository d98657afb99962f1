// Holds the page and data/texts/page.toml together: every text the page names is in the catalogue, with the same
// placeholders, and every text of the catalogue is used. Exits 1 with one line a fault.
import { parse } from 'smol-toml';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const texts = parse(readFileSync(path.join(here, '../../data/texts/page.toml'), 'utf8'));
const sources = readdirSync(path.join(here, 'page'), { recursive: true })
  .filter((name) => String(name).endsWith('.ts'))
  .map((name) => path.join('page', String(name)))
  .concat('index.html');

/** The names of an object literal's fields: what stands in quotes or brackets within it is taken away first. */
function namesIn(literal) {
  let flat = literal.replace(/'[^']*'/g, '');
  for (let before = ''; before !== flat; ) {
    before = flat;
    flat = flat.replace(/[([][^()[\]]*[)\]]/g, '');
  }
  return flat.split(',').map((part) => part.split(':')[0].trim()).filter(Boolean);
}

const faults = [];
const used = new Set();
for (const name of sources) {
  const source = readFileSync(path.join(here, name), 'utf8');
  for (const [, id] of source.matchAll(/['"`{](page-[a-z0-9-]+)['"`}]/g)) {
    used.add(id);
    if (!texts[id]) faults.push(`${name}: the text ${id} is not in data/texts/page.toml`);
  }
  // say('id', { a, b: … }): the names given are the names that the text has.
  for (const [, id, given = ''] of source.matchAll(/say\('(page-[a-z0-9-]+)'(?:, \{([^{}]*)\})?\)/g)) {
    const wanted = [...(texts[id]?.sv ?? '').matchAll(/\{(\w+)\}/g)].map((hit) => hit[1]).sort().join(' ');
    const names = namesIn(given).sort().join(' ');
    if (wanted !== names) faults.push(`${name}: ${id} wants {${wanted}} and is given {${names}}`);
  }
}
for (const id of Object.keys(texts)) {
  if (!id.startsWith('page-')) faults.push(`data/texts/page.toml: ${id} does not start with page-`);
  if (!used.has(id) && !id.startsWith('page-setting-')) faults.push(`data/texts/page.toml: ${id} is used nowhere`);
}
for (const fault of faults) console.error(fault);
console.log(`${Object.keys(texts).length} texts, ${faults.length} faults`);
process.exit(faults.length > 0 ? 1 : 0);
