/** What the page says of one place: the sentence in the list, and the table that opens under it. */
import type { Place, Theme } from './contract';
import { el } from './dom';
import type { Say } from './texts';
import { capital, counted, dotted, inner, share, tidy, unstopped, whole, years } from './words';

/** The place's name; one without is named so. */
export function nameOf(place: Place, say: Say): string {
  return place.properties.namn?.trim() || say('page-unnamed');
}

/** `34 olyckor`, or that the number is missing. */
export function countOf(place: Place, theme: Theme, say: Say): string {
  const { n } = place.properties;
  return n === null ? say('page-count-missing') : counted(n, theme.unit);
}

/** The years of the place; those of the theme where the place has none. */
function yearsOf(place: Place, theme: Theme): string {
  const { period_fran, period_till } = place.properties;
  return years(period_fran, period_till) || years(theme.period?.[0], theme.period?.[1]);
}

/** The commonest types; places along roads have them under a name of their own. */
function kindsOf(place: Place): string {
  return place.properties.kategorier ?? place.properties.olyckstyp ?? '';
}

/** "34 olyckor 2018–2025." and "Säkerhet: … Mest: …": the two parts of the line after the name. */
export function lineOf(place: Place, theme: Theme, say: Say): [string, string] {
  const { sakerhet } = place.properties;
  const kategorier = kindsOf(place);
  const first = say('page-line', { count: countOf(place, theme, say), period: yearsOf(place, theme) });
  const second = [
    sakerhet ? say('page-line-sureness', { sureness: inner(unstopped(sakerhet)) }) : '',
    kategorier ? say('page-line-mostly', { categories: dotted(unstopped(kategorier)) }) : '',
  ].join(' ');
  return [tidy(first), tidy(second)];
}

/** The table of a place: only rows that have something to say, but never silent on the severity. */
export function detailsOf(place: Place, theme: Theme, say: Say): HTMLElement {
  const { properties: p } = place;
  const missing = say('page-missing');
  const rows: [string, string | null][] = [
    [say('page-detail-injured'), typeof p.antal_skadade === 'number' ? whole(p.antal_skadade) : null],
    [say('page-detail-severity'), p.svarighet ? dotted(p.svarighet) : missing],
    [say('page-detail-categories'), kindsOf(place) ? dotted(kindsOf(place)) : null],
    [say('page-detail-period'), yearsOf(place, theme) || missing],
    [
      say('page-detail-share-events', { units: theme.unit[1] }),
      typeof p.andel_handelser === 'number' ? share(p.andel_handelser) : null,
    ],
    [say('page-detail-share-area'), typeof p.andel_yta === 'number' ? share(p.andel_yta) : null],
    [
      say('page-detail-sureness'),
      p.sakerhet ? [`${capital(unstopped(p.sakerhet))}.`, p.sakerhet_text ?? ''].join(' ').trim() : missing,
    ],
  ];
  const shown = rows.filter((row): row is [string, string] => row[1] !== null);
  return el('dl', { class: 'facts' }, ...shown.map(([term, text]) => el('div', {}, el('dt', {}, term), el('dd', {}, text))));
}
