/** Buttons over the map for everything that a hand does with gestures: zoom, move, show all. Named in Swedish. */
import type { IControl, Map as GlMap } from 'maplibre-gl';
import { el, icon, svg, wantsStillness } from '../dom';
import type { Say } from '../texts';

/** Share of the map's side that one press moves it. */
const STEP = 0.3;

const PLUS = 'M12 5v14M5 12h14';
const MINUS = 'M5 12h14';
const ARROW = 'M5.5 14.5 12 8l6.5 6.5';
const HOUSE = 'M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5';

function drawing(path: string, turn = 0): SVGSVGElement {
  return icon(svg('path', { d: path, transform: `rotate(${turn} 12 12)`, fill: 'none', stroke: 'currentColor', 'stroke-width': 2.4, 'stroke-linecap': 'round', 'stroke-linejoin': 'round' }));
}

/** Zoom and move buttons. `home` shows the whole town. */
export class MapButtons implements IControl {
  readonly #say: Say;
  readonly #town: string;
  readonly #home: () => void;
  #element: HTMLElement | null = null;

  constructor(say: Say, town: string, home: () => void) {
    this.#say = say;
    this.#town = town;
    this.#home = home;
  }

  onAdd(map: GlMap): HTMLElement {
    const say = this.#say;
    const animate = (): { animate: boolean; duration: number } => ({ animate: !wantsStillness(), duration: 250 });
    const button = (name: string, face: SVGSVGElement, place: string, click: () => void): HTMLButtonElement =>
      el('button', { type: 'button', class: `map-button ${place}`, 'aria-label': name, title: name, click }, face);
    const move = (x: number, y: number): void => {
      const { clientWidth, clientHeight } = map.getContainer();
      map.panBy([x * STEP * clientWidth, y * STEP * clientHeight], animate());
    };
    this.#element = el(
      'div',
      { class: 'maplibregl-ctrl map-buttons' },
      el(
        'div',
        { class: 'zoom', role: 'group', 'aria-label': say('page-map-zoom') },
        button(say('page-map-zoom-in'), drawing(PLUS), 'in', () => map.zoomIn(animate())),
        button(say('page-map-zoom-out'), drawing(MINUS), 'out', () => map.zoomOut(animate())),
      ),
      el(
        'div',
        { class: 'move', role: 'group', 'aria-label': say('page-map-move') },
        button(say('page-map-north'), drawing(ARROW), 'north', () => move(0, -1)),
        button(say('page-map-west'), drawing(ARROW, 270), 'west', () => move(-1, 0)),
        button(say('page-map-home', { town: this.#town }), drawing(HOUSE), 'home', this.#home),
        button(say('page-map-east'), drawing(ARROW, 90), 'east', () => move(1, 0)),
        button(say('page-map-south'), drawing(ARROW, 180), 'south', () => move(0, 1)),
      ),
    );
    return this.#element;
  }

  onRemove(): void {
    this.#element?.remove();
    this.#element = null;
  }
}
