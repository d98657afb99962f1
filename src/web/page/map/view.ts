/** The map: background, ranked places with their numbers, buttons, scale. Everything it draws comes from this server. */
import type { Feature, Geometry } from 'geojson';
import { type GeoJSONSource, Map as GlMap, ScaleControl, setWorkerUrl } from 'maplibre-gl';
import { withMissing } from '../classes';
import type { Overview, Place, Theme } from '../contract';
import { wantsStillness } from '../dom';
import { boxOf, grown } from '../geometry';
import type { Say } from '../texts';
import { Badges } from './badges';
import { baseStyle } from './basemap';
import { MapButtons } from './controls';
import { drawOnPaper } from './paper';
import { PLACE_LAYERS, chosenFilter, hatchImage, hatchName, placeData, themePaint } from './placelayers';

/** Closest that a chosen place is shown, so that one still sees where in the town it lies. */
const CLOSEST = 15.6;

/** Widest wait in milliseconds for a sharper picture before printing what there is. */
const PRINT_WAIT = 4000;

/** What the rest of the page may do with the map. */
export interface MapView {
  /** Shows the places of a theme. */
  show(places: readonly Place[], theme: Theme): void;
  /** Marks a place and goes there; `null` shows the whole town. */
  select(rank: number | null, go: boolean): void;
  /** Draws a background. */
  background(id: string, features: readonly Feature<Geometry | null>[]): void;
  /** Resolves once everything given so far is drawn. */
  drawn(): Promise<void>;
  /** Draws the picture for paper as it stands. */
  paper(canvas: HTMLCanvasElement): void;
  /** Resolves once the map is drawn at twice the sharpness; the function given back returns to normal. */
  sharpen(): Promise<() => void>;
}

/** Whether this browser can draw the map at all. */
export function canDraw(): boolean {
  try {
    return document.createElement('canvas').getContext('webgl2') !== null;
  } catch {
    return false;
  }
}

/** Makes the map in `container`; resolves when it can take data. */
export async function makeMap(container: HTMLElement, overview: Overview, say: Say, onChoose: (rank: number) => void): Promise<MapView> {
  setWorkerUrl(new URL('assets/worker.js', document.baseURI).href);
  const home = { bounds: grown(overview.bbox, 0.02), fitBoundsOptions: { padding: { top: 48, bottom: 16, left: 24, right: 72 } } };
  const map = new GlMap({
    container,
    style: baseStyle(PLACE_LAYERS),
    ...home,
    maxBounds: grown(overview.bbox, 1.5),
    maxZoom: 19,
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    rollEnabled: false,
    fadeDuration: 0,
    canvasContextAttributes: { preserveDrawingBuffer: true, antialias: true },
    locale: { 'Map.Title': say('page-map', { town: overview.name }) },
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();

  const motion = (): { animate: boolean; duration: number } => ({ animate: !wantsStillness(), duration: 600 });
  const goHome = (): void => {
    map.fitBounds(home.bounds, { ...home.fitBoundsOptions, ...motion() });
  };
  map.addControl(new MapButtons(say, overview.name, goHome), 'top-right');
  map.addControl(new ScaleControl({ maxWidth: 120, unit: 'metric' }), 'bottom-right');

  // Whether the map is on its way somewhere can be read off the page: whoever photographs or tests it waits for that.
  container.dataset['still'] = 'true';
  map.on('movestart', () => (container.dataset['still'] = 'false'));
  map.on('moveend', () => (container.dataset['still'] = 'true'));

  await new Promise<void>((resolve) => void map.once('load', () => resolve()));

  const badges = new Badges(map, say, onChoose);
  const fill = (id: string): GeoJSONSource => map.getSource(id) as GeoJSONSource;
  let shown: readonly Place[] = [];
  const mark = (rank: number | null): void => {
    for (const layer of ['chosen-halo', 'chosen-edge']) map.setFilter(layer, chosenFilter(rank));
    badges.select(rank);
  };

  map.on('click', 'places', (event) => {
    const rank = Number(event.features?.[0]?.properties['rang']);
    if (Number.isInteger(rank)) onChoose(rank);
  });
  // A road has no area to click on; the edge of an area belongs to its area.
  map.on('click', 'places-edge', (event) => {
    const road = event.features?.find(({ geometry }) => geometry.type.endsWith('LineString'));
    const rank = Number(road?.properties['rang']);
    if (Number.isInteger(rank)) onChoose(rank);
  });
  for (const layer of ['places', 'places-edge']) {
    map.on('mousemove', layer, () => void (map.getCanvas().style.cursor = 'pointer'));
    map.on('mouseleave', layer, () => void (map.getCanvas().style.cursor = ''));
  }

  const drawn = (): Promise<void> =>
    new Promise((resolve) => {
      map.once('idle', () => resolve());
      map.triggerRepaint();
    });

  return {
    drawn,
    show(places, theme) {
      shown = places;
      const classes = withMissing(theme.classes, say('page-missing'));
      for (const { colour, hatched } of classes) {
        const image = hatched && !map.hasImage(hatchName(colour)) ? hatchImage(colour) : null;
        if (image !== null) map.addImage(hatchName(colour), image, { pixelRatio: 2 });
      }
      const paint = themePaint(classes);
      map.setPaintProperty('places', 'fill-color', paint.colour);
      map.setPaintProperty('places', 'fill-opacity', paint.opacity);
      map.setPaintProperty('places-edge', 'line-color', paint.colour);
      map.setPaintProperty('places-hatch', 'fill-pattern', paint.hatch);
      map.setFilter('places-hatch', paint.hatched);
      fill('places').setData(placeData(places, classes));
      badges.show(places, theme);
      mark(null);
    },
    select(rank, go) {
      mark(rank);
      if (!go) return;
      const place = shown.find(({ properties }) => properties.rang === rank);
      const box = place === undefined ? null : boxOf(place.geometry);
      if (box === null) goHome();
      else map.fitBounds(box, { padding: 80, maxZoom: CLOSEST, ...motion() });
    },
    background(id, features) {
      fill(id).setData({ type: 'FeatureCollection', features: features.filter((one): one is Feature<Geometry> => one.geometry !== null) });
    },
    paper(canvas) {
      drawOnPaper(map, badges.shown(), canvas);
    },
    async sharpen() {
      const before = map.getPixelRatio();
      map.setPixelRatio(Math.max(before, 2));
      await Promise.race([drawn(), new Promise((resolve) => setTimeout(resolve, PRINT_WAIT))]);
      return () => map.setPixelRatio(before);
    },
  };
}
