/** "Underlag och metod": everything a sceptic asks for, folded away; and the same in one line for paper. */
import type { Theme } from './contract';
import { el } from './dom';
import type { Say } from './texts';
import { day, decimal, whole } from './words';

/** A setting's value as text; lists become comma lists, what is not set is left out by the caller. */
function valueText(value: unknown, say: Say): string {
  if (typeof value === 'number') return Number.isInteger(value) ? whole(value) : decimal(value);
  if (typeof value === 'boolean') return value ? say('page-yes') : say('page-no');
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map((one) => valueText(one, say)).join(', ');
  return JSON.stringify(value);
}

/** The Swedish name of a setting; its own name where the catalogue has none. */
function settingName(key: string, say: Say): string {
  const id = `page-setting-${key.replaceAll('_', '-')}`;
  const name = say(id);
  return name === id ? key : name;
}

/** A list of names and values; nothing where there are none. */
function pairs(entries: readonly (readonly [string, string])[]): HTMLElement | null {
  if (entries.length === 0) return null;
  return el('ul', { class: 'plain' }, ...entries.map(([name, value]) => el('li', {}, `${name}: ${value}`)));
}

/** The section with source, period, method, settings, counts, content hash and program version. */
export function basis(theme: Theme, say: Say): HTMLElement {
  const { passport } = theme;
  const period = theme.period ?? passport.period ?? null;
  const settings = Object.entries(passport.parameters ?? {}).filter(([, value]) => value !== null && value !== undefined);
  const dropped = Object.entries(passport.dropped ?? {});
  const notes = passport.notes ?? [];
  const rows: [string, Node | string | null | undefined][] = [
    [say('page-basis-sources'), theme.sources.join(', ') || null],
    [say('page-basis-period'), period && `${day(period[0])} – ${day(period[1])}`],
    [say('page-basis-vintage'), passport.vintage && period ? day(passport.vintage) : null],
    [say('page-basis-method'), theme.method],
    [say('page-basis-parameters'), pairs(settings.map(([key, value]) => [settingName(key, say), valueText(value, say)]))],
    [say('page-basis-seed'), typeof passport.seed === 'number' ? String(passport.seed) : null],
    [say('page-basis-used'), passport.used === undefined ? null : whole(passport.used)],
    [say('page-unplaced'), whole(theme.unplaced)],
    [say('page-basis-dropped'), pairs(dropped.map(([reason, n]) => [reason, whole(n)]))],
    [say('page-basis-crs'), passport.crs],
    [say('page-basis-hash'), passport.content_hash && el('code', {}, passport.content_hash)],
    [say('page-basis-software'), passport.software],
    [say('page-basis-notes'), notes.length > 0 ? el('ul', { class: 'plain' }, ...notes.map((note) => el('li', {}, note))) : null],
  ];
  const shown = rows.filter((row): row is [string, Node | string] => Boolean(row[1]));
  return el(
    'details',
    { class: 'basis' },
    el('summary', {}, say('page-basis')),
    el('dl', { class: 'facts' }, ...shown.map(([term, value]) => el('div', {}, el('dt', {}, term), el('dd', {}, value)))),
  );
}

/** The same in one line, for paper. */
export function basisShort(theme: Theme, say: Say): HTMLElement {
  const { software = '–', content_hash = '–' } = theme.passport;
  const method = theme.method.trim();
  const values = {
    sources: theme.sources.join(', ') || '–',
    method: /[.!?]$/.test(method) ? method : `${method}.`,
    hash: content_hash.slice(0, 16),
    software,
  };
  return el('p', { class: 'basis-short' }, say('page-basis-short', values));
}
