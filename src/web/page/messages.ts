/** What stands where the list would stand: loading, nothing found, nothing there, something wrong. */
import type { Theme } from './contract';
import { el, icon, svg } from './dom';
import type { Say } from './texts';
import { counted, tidy, years } from './words';

function card(kind: string, drawing: SVGSVGElement | null, heading: string, text: string, ...more: HTMLElement[]): HTMLElement {
  return el('div', { class: `card ${kind}` }, drawing, el('div', {}, el('h3', {}, heading), el('p', {}, text), ...more));
}

/** Even dots in a ring: what "spread out" looks like. */
function scattered(): SVGSVGElement {
  const dots = [[7, 6], [15, 4.5], [19, 11], [12, 11.5], [5, 14], [16.5, 18.5], [9, 19]];
  return icon(...dots.map(([cx = 0, cy = 0]) => svg('circle', { cx, cy, r: 1.7, fill: 'currentColor' })));
}

/** While the places are on their way. */
export function loading(say: Say): HTMLElement {
  return el('div', { class: 'loading', role: 'status' }, el('span', { class: 'pulse', 'aria-hidden': 'true' }), say('page-loading'));
}

/** A result without a concentration: as finished as one with. */
export function noneFound(theme: Theme, say: Say): HTMLElement {
  if (theme.n === 0) {
    const units = theme.unit[1];
    return card('empty', null, say('page-empty', { units }), say('page-empty-why', { units }));
  }
  const count = counted(theme.n, theme.unit);
  const period = years(theme.period?.[0], theme.period?.[1]);
  return card('none', scattered(), say('page-none'), tidy(say('page-none-why', { count, period })));
}

/** A store without any result. */
export function noTheme(say: Say): HTMLElement {
  return card('empty', null, say('page-no-theme'), say('page-no-theme-why'));
}

/** The places could not be fetched; the button tries again. */
export function listFailed(say: Say, retry: () => void): HTMLElement {
  const button = el('button', { type: 'button', class: 'action', click: retry }, say('page-retry'));
  const element = card('failed', null, say('page-list-failed'), say('page-list-failed-why'), button);
  element.setAttribute('role', 'alert');
  return element;
}
