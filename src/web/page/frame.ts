/** The frame around it all: secrecy mark, name of the town, theme switch, print button, and places for panel and map. */
import type { Overview } from './contract';
import { el, icon, svg } from './dom';
import type { Say } from './texts';

/** The parts that others fill. */
export interface Frame {
  readonly panel: HTMLElement;
  readonly map: HTMLElement;
  /** Under the map: legend and sources; over it: notices. */
  readonly legend: HTMLElement;
  readonly notice: HTMLElement;
  readonly source: HTMLElement;
  /** What the map becomes on paper. */
  readonly paper: HTMLCanvasElement;
  /** Shows which theme is chosen. */
  choose(theme: string): void;
  /** Says something to those who listen to the page. */
  announce(text: string): void;
}

function mark(text: string, say: Say): HTMLElement {
  const lock = icon(
    svg('rect', { x: 5, y: 10.5, width: 14, height: 9.5, rx: 1.8, fill: 'currentColor' }),
    svg('path', { d: 'M8.2 10.5V7.8a3.8 3.8 0 0 1 7.6 0v2.7', fill: 'none', stroke: 'currentColor', 'stroke-width': 2 }),
  );
  return el('p', { class: 'mark', role: 'note' }, lock, el('span', { class: 'unseen' }, `${say('page-mark')} `), el('strong', {}, text));
}

function themeSwitch(overview: Overview, say: Say, onTheme: (id: string) => void): HTMLFieldSetElement {
  const choices = overview.themes.map((theme) => {
    const id = `tema-${theme.id}`;
    const input = el('input', { type: 'radio', name: 'tema', id, value: theme.id, class: 'unseen', change: () => onTheme(theme.id) });
    return el('span', { class: 'choice' }, input, el('label', { for: id }, theme.title));
  });
  return el('fieldset', { class: 'switch' }, el('legend', {}, say('page-theme')), el('span', { class: 'choices' }, ...choices));
}

/** Builds the frame into `host`. */
export function frame(host: HTMLElement, overview: Overview, say: Say, onTheme: (id: string) => void, onPrint: () => void): Frame {
  const themes = themeSwitch(overview, say, onTheme);
  const panel = el('section', { class: 'panel', id: 'platser', 'aria-label': say('page-list') });
  const map = el('div', { class: 'map' });
  const legend = el('div', { class: 'legend-slot' });
  const notice = el('div', { class: 'map-notice', role: 'status' });
  const source = el('div', { class: 'source' });
  const paper = el('canvas', { class: 'paper', 'aria-hidden': 'true' });
  const live = el('p', { class: 'unseen', 'aria-live': 'polite' });
  const printer = icon(
    svg('path', { d: 'M7 8V3.5h10V8M7 17H4.5V9.5a1.5 1.5 0 0 1 1.5-1.5h12a1.5 1.5 0 0 1 1.5 1.5V17H17M7 14h10v6.5H7z', fill: 'none', stroke: 'currentColor', 'stroke-width': 1.8, 'stroke-linejoin': 'round' }),
  );

  host.replaceChildren(
    el('a', { class: 'skip', href: '#karta', click: (event) => {
      // The hash belongs to the permalink, so the focus is moved by hand.
      event.preventDefault();
      (map.querySelector<HTMLElement>('canvas') ?? map).focus();
    } }, say('page-skip')),
    overview.mark === null ? '' : mark(overview.mark, say),
    el(
      'header',
      { class: 'top' },
      el('div', { class: 'name' }, el('img', { src: 'assets/icon.svg', alt: '', width: 36, height: 36 }), el('div', {}, el('p', { class: 'product' }, say('page-product')), el('h1', {}, overview.name))),
      overview.themes.length > 0 && themes,
      el('button', { type: 'button', class: 'action print', click: onPrint }, printer, say('page-print')),
    ),
    el('main', {}, panel, el('section', { class: 'map-side', id: 'karta', 'aria-label': say('page-map-section') }, map, paper, notice, el('div', { class: 'under-map' }, legend, source))),
    live,
  );
  return {
    panel,
    map,
    legend,
    notice,
    source,
    paper,
    choose(theme) {
      for (const input of themes.querySelectorAll('input')) input.checked = input.value === theme;
    },
    announce: (text) => live.replaceChildren(text),
  };
}
