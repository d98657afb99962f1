/** The numbers on the map: the same as in the list, as buttons that open the same place. */
import { type Map as GlMap, Marker } from 'maplibre-gl';
import type { Place, Theme } from '../contract';
import { el, wantsStillness } from '../dom';
import { pointInside } from '../geometry';
import { countOf, nameOf } from '../place';
import { TOP } from '../placelist';
import { spread } from '../spread';
import type { Say } from '../texts';

/** Pixels between the middles of two badges, and how far one may stand from its place. */
const APART = 30;
const REACH = 44;

interface Badge {
  readonly rank: number;
  readonly point: [number, number];
  readonly marker: Marker;
  readonly button: HTMLButtonElement;
  offset: [number, number];
}

/** A badge as paper needs it: number, middle in pixels of the map, and whether it is chosen. */
export interface Shown {
  readonly rank: number;
  readonly x: number;
  readonly y: number;
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
      return { rank, x: x + offset[0], y: y + offset[1], chosen: rank === this.#chosen };
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
    return { rank, point, button, marker: new Marker({ element: button }).setLngLat(point), offset: [0, 0] };
  }

  /** Brings a badge that got the keyboard's focus into the picture. */
  #reveal(point: [number, number]): void {
    if (!this.#map.getBounds().contains(point)) this.#map.easeTo({ center: point, animate: !wantsStillness(), duration: 400 });
  }

  #arrange(): void {
    const badges = this.#visible();
    const points = badges.map(({ point }): [number, number] => {
      const { x, y } = this.#map.project(point);
      return [x, y];
    });
    spread(points, APART, REACH).forEach((offset, index) => {
      const badge = badges[index];
      if (badge === undefined) return;
      badge.offset = offset;
      badge.marker.setOffset(offset);
    });
  }
}
