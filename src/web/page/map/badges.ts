/** The numbers on the map: the same as in the list, as buttons on short leaders, so that the area itself stays seen. */
import { type Map as GlMap, Marker } from 'maplibre-gl';
import type { Place, Theme } from '../contract';
import { el, wantsStillness } from '../dom';
import { pointInside } from '../geometry';
import { countOf, nameOf } from '../place';
import { TOP } from '../placelist';
import { spread } from '../spread';
import type { Say } from '../texts';

/** Pixels between the middles of two badges, how high one stands over its place, and how far it may give way. */
const APART = 31;
const RISE = 26;
const REACH = 48;

interface Badge {
  readonly rank: number;
  readonly point: [number, number];
  readonly marker: Marker;
  readonly button: HTMLButtonElement;
  readonly leader: HTMLElement;
  /** From the place to the middle of the badge, in pixels. */
  offset: [number, number];
}

/** A badge as paper needs it: number, place and middle in pixels of the map, and whether it is chosen. */
export interface Shown {
  readonly rank: number;
  readonly place: readonly [number, number];
  readonly middle: readonly [number, number];
  readonly chosen: boolean;
}

/** The badges of one map. */
export class Badges {
  readonly #map: GlMap;
  readonly #say: Say;
  readonly #onChoose: (rank: number) => void;
  #badges: Badge[] = [];
  #chosen: number | null = null;

  constructor(map: GlMap, say: Say, onChoose: (rank: number) => void) {
    this.#map = map;
    this.#say = say;
    this.#onChoose = onChoose;
    map.on('zoomend', () => this.#arrange());
    map.on('resize', () => this.#arrange());
  }

  /** Replaces all badges. Only the first ten stand on the map at once; another one appears while it is chosen. */
  show(places: readonly Place[], theme: Theme): void {
    for (const { marker } of this.#badges) marker.remove();
    this.#badges = places.flatMap((place) => {
      const point = pointInside(place.geometry);
      return point === null ? [] : [this.#make(place, theme, point)];
    });
    this.select(null);
  }

  /** Marks the badge with this rank. */
  select(rank: number | null): void {
    this.#chosen = rank;
    for (const { rank: one, marker, button } of this.#badges) {
      const chosen = one === rank;
      marker.getElement().classList.toggle('chosen', chosen);
      button.setAttribute('aria-pressed', String(chosen));
      button.classList.toggle('chosen', chosen);
      if (one <= TOP || chosen) marker.addTo(this.#map);
      else marker.remove();
    }
    this.#arrange();
  }

  /** The badges that stand on the map now. */
  shown(): Shown[] {
    return this.#visible().map(({ rank, point, offset }) => {
      const { x, y } = this.#map.project(point);
      return { rank, place: [x, y], middle: [x + offset[0], y + offset[1]], chosen: rank === this.#chosen };
    });
  }

  #visible(): Badge[] {
    return this.#badges.filter(({ rank }) => rank <= TOP || rank === this.#chosen);
  }

  #make(place: Place, theme: Theme, point: [number, number]): Badge {
    const rank = place.properties.rang;
    const label = this.#say('page-map-place', { rank, name: nameOf(place, this.#say), count: countOf(place, theme, this.#say) });
    const button = el(
      'button',
      {
        type: 'button',
        class: 'badge map-badge',
        'aria-label': label,
        'aria-pressed': 'false',
        title: label,
        'data-rank': rank,
        click: (event) => {
          event.stopPropagation();
          this.#onChoose(rank);
        },
        focus: () => this.#reveal(point),
      },
      String(rank),
    );
    const leader = el('span', { class: 'leader' });
    const element = el('div', { class: 'callout' }, leader, button);
    return { rank, point, button, leader, marker: new Marker({ element }).setLngLat(point), offset: [0, 0] };
  }

  /** Brings a badge that got the keyboard's focus into the picture. */
  #reveal(point: [number, number]): void {
    if (!this.#map.getBounds().contains(point)) this.#map.easeTo({ center: point, animate: !wantsStillness(), duration: 400 });
  }

  #arrange(): void {
    const badges = this.#visible();
    const points = badges.map(({ point }): [number, number] => {
      const { x, y } = this.#map.project(point);
      return [x, y - RISE];
    });
    spread(points, APART, REACH).forEach(([x, y], index) => {
      const badge = badges[index];
      if (badge === undefined) return;
      badge.offset = [x, y - RISE];
      badge.button.style.transform = `translate(-50%, -50%) translate(${x}px, ${y - RISE}px)`;
      badge.leader.style.width = `${Math.hypot(x, y - RISE)}px`;
      badge.leader.style.transform = `rotate(${Math.atan2(y - RISE, x)}rad)`;
    });
  }
}
