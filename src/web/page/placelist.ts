/** The ranked places as an ordered list of buttons: at most ten, the rest folded away under them. */
import type { Place, Theme } from './contract';
import { el } from './dom';
import { detailsOf, lineOf, nameOf } from './place';
import type { Say } from './texts';

/** Places that the list shows and the map numbers at once. */
export const TOP = 10;

/** The list on the page. */
export interface PlaceList {
  readonly element: HTMLElement;
  /** Opens the place with this rank and brings it into view; `null` closes all. */
  select(rank: number | null): void;
}

/** Makes the list; `onChoose` gets the rank of a place that the reader opens, `null` for one that is closed. */
export function placeList(places: readonly Place[], theme: Theme, say: Say, onChoose: (rank: number | null) => void): PlaceList {
  const rows = new Map<number, { item: HTMLLIElement; button: HTMLButtonElement; facts: HTMLElement }>();

  const row = (place: Place): HTMLLIElement => {
    const rank = place.properties.rang;
    const [first, second] = lineOf(place, theme, say);
    const id = `plats-${rank}`;
    const facts = el('div', { id, class: 'place-facts', hidden: true }, detailsOf(place, theme, say));
    const button = el(
      'button',
      {
        type: 'button',
        class: 'place',
        'aria-expanded': 'false',
        'aria-controls': id,
        'data-rank': rank,
        click: () => onChoose(button.getAttribute('aria-expanded') === 'true' ? null : rank),
      },
      el('span', { class: 'badge' }, String(rank), el('span', { class: 'unseen' }, '. ')),
      el(
        'span',
        { class: 'place-text' },
        el('span', { class: 'place-line' }, el('strong', {}, nameOf(place, say)), ' ', el('span', { class: 'together' }, `– ${first}`)),
        second !== '' && el('span', { class: 'place-more' }, ` ${second}`),
      ),
    );
    const item = el('li', { value: rank }, button, facts);
    rows.set(rank, { item, button, facts });
    return item;
  };

  const top = places.slice(0, TOP).map(row);
  const rest = places.slice(TOP).map(row);
  const others = el(
    'details',
    { class: 'others', hidden: rest.length === 0 },
    el('summary', {}, say('page-others', { n: rest.length })),
    el('ol', { class: 'places', start: TOP + 1, role: 'list' }, ...rest),
  );
  const element = el(
    'div',
    {},
    el('ol', { class: 'places', 'aria-label': say('page-list'), role: 'list' }, ...top),
    others,
  );

  return {
    element,
    select(rank) {
      for (const [one, { button, facts, item }] of rows) {
        const open = one === rank;
        button.setAttribute('aria-expanded', String(open));
        item.classList.toggle('chosen', open);
        facts.hidden = !open;
      }
      const chosen = rank === null ? undefined : rows.get(rank);
      if (chosen === undefined) return;
      if (others.contains(chosen.item)) others.open = true;
      chosen.item.scrollIntoView({ block: 'nearest' });
    },
  };
}
