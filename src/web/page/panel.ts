/** The left side: what is shown and not, the totals, the ranked places, how sure we are, basis and method. */
import { basis } from './basis';
import type { Place, Theme } from './contract';
import { el } from './dom';
import { listFailed, loading, noneFound } from './messages';
import { type PlaceList, placeList } from './placelist';
import type { Say } from './texts';
import { capital, tidy, whole, years } from './words';

/** The panel of one theme. */
export interface Panel {
  /** Shows that the places are on their way. */
  wait(): void;
  /** Shows the places, or that there are none. */
  show(places: readonly Place[]): void;
  /** Shows that they could not be fetched. */
  fail(retry: () => void): void;
  /** Opens a place in the list; `null` closes all. */
  select(rank: number | null): void;
}

function totals(theme: Theme, say: Say): HTMLElement {
  const figures: [string, number][] = [
    [capital(theme.unit[1]), theme.n],
    [say('page-in-places'), theme.in_hotspots],
    [say('page-unplaced'), theme.unplaced],
  ];
  return el(
    'dl',
    { class: 'totals' },
    ...figures.map(([term, n]) => el('div', {}, el('dt', {}, term, el('span', { class: 'unseen' }, ':')), el('dd', {}, whole(n)))),
  );
}

function heading(theme: Theme, say: Say): string {
  const units = theme.unit[1];
  const period = years(theme.period?.[0], theme.period?.[1]);
  return period === '' ? say('page-places', { units }) : say('page-places-period', { units, period });
}

/** Puts the panel of a theme into `host`; `onChoose` gets the rank of a place that the reader opens or `null`. */
export function panel(host: HTMLElement, theme: Theme, say: Say, onChoose: (rank: number | null) => void): Panel {
  let list: PlaceList | null = null;
  const slot = el('div', { class: 'slot' });
  const put = (content: HTMLElement): void => slot.replaceChildren(content);
  const sentence = (lead: string, text: string): HTMLElement => el('p', {}, el('strong', {}, lead), ` ${text}`);

  host.replaceChildren(
    el('h2', {}, tidy(heading(theme, say))),
    el(
      'div',
      { class: 'shows' },
      sentence(say('page-shows'), theme.shows),
      theme.not_shows.trim() !== '' && sentence(say('page-shows-not'), theme.not_shows),
    ),
    totals(theme, say),
    slot,
    el('section', { class: 'sure' }, el('h2', {}, say('page-sure')), ...theme.sure.map((text) => el('p', {}, text))),
    basis(theme, say),
    el('footer', {}, el('a', { href: 'assets/licences.txt' }, say('page-licences'))),
  );

  return {
    wait: () => put(loading(say)),
    show(places) {
      list = places.length === 0 ? null : placeList(places, theme, say, onChoose);
      put(list?.element ?? noneFound(theme, say));
    },
    fail(retry) {
      list = null;
      put(listFailed(say, retry));
    },
    select: (rank) => list?.select(rank),
  };
}
