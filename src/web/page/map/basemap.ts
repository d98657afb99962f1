/** What lies under the places: ground, water, buildings, trees and streets with their names, in calm tones. */
import type { FeatureCollection } from 'geojson';
import type { ExpressionSpecification, LayerSpecification, StyleSpecification } from 'maplibre-gl';

/** A family of its own for the map: MapLibre reads the weight off the name and does not quote names with a digit. */
const STREET_FONT = 'Karta Semibold';

const EMPTY: FeatureCollection = { type: 'FeatureCollection', features: [] };

/** Words for the class of a street, in the tongues of the sources, and how wide it is drawn: 1 is a local street. */
const WIDE = ['motorway', 'trunk', 'primary', 'main', 'through', 'rural', 'huvudgata', 'genomfart', 'landsväg', 'motorväg', 'riksväg', 'länsväg', 'infart'];
const MIDDLE = ['secondary', 'tertiary', 'collector', 'roundabout', 'industrial', 'uppsamlingsgata', 'cirkulationsplats', 'industrigata'];
const PATHS = ['path', 'footway', 'cycleway', 'track', 'steps', 'gc', 'gcm', 'gcm-väg', 'gång- och cykelväg', 'gångväg', 'cykelväg'];

/** Kinds of ground, in both tongues, and their tone; other kinds have no tone of their own. */
const GREEN = ['park', 'idrottsplats', 'kyrkogård', 'kolonilotter', 'sports', 'churchyard', 'allotments', 'grass', 'grönyta'];
const WOOD = ['skog', 'wood', 'forest'];
const WET = ['vatten', 'water', 'hav', 'sjö', 'sea', 'lake'];
const SAND = ['badplats', 'beach'];
const PAVED = ['torg', 'skolgård', 'parkering', 'square', 'school-yard', 'parking'];
const KIND: ExpressionSpecification = ['downcase', ['to-string', ['coalesce', ['get', 'kind'], ['get', 'mark'], '']]];
const GROUND_TONE: ExpressionSpecification = ['match', KIND, WET, '#c3dbe6', GREEN, '#dce8d1', WOOD, '#d3e2c8', SAND, '#efe8d3', PAVED, '#e6e3dc', 'rgba(0,0,0,0)'];
const IS_AREA: ExpressionSpecification = ['==', ['geometry-type'], 'Polygon'];
const IS_LINE: ExpressionSpecification = ['==', ['geometry-type'], 'LineString'];

const STREET_CLASS: ExpressionSpecification = ['downcase', ['to-string', ['coalesce', ['get', 'class'], '']]];
const IS_PATH: ExpressionSpecification = ['in', STREET_CLASS, ['literal', PATHS]];
const IS_STREET: ExpressionSpecification = ['!', IS_PATH];
const FACTOR: ExpressionSpecification = ['match', STREET_CLASS, WIDE, 1.8, MIDDLE, 1.35, 1];

/** Width of a street at every zoom, with `edge` pixels more. */
function streetWidth(edge: number): ExpressionSpecification {
  const at = (pixels: number): ExpressionSpecification => ['+', ['*', FACTOR, pixels], edge];
  return ['interpolate', ['exponential', 1.5], ['zoom'], 10, at(0.5), 12, at(1.2), 14, at(3.2), 16, at(9), 18, at(24)];
}

const ROUND = { 'line-cap': 'round', 'line-join': 'round' } as const;

/** Layers of each background, from the bottom up. A collection that is not here is not drawn, so it is not fetched. */
const LAYERS: Readonly<Record<string, readonly LayerSpecification[]>> = {
  ground: [
    { id: 'ground-areas', type: 'fill', source: 'ground', filter: IS_AREA, paint: { 'fill-color': GROUND_TONE } },
    { id: 'ground-lines', type: 'line', source: 'ground', filter: IS_LINE, paint: { 'line-color': '#b9b7b0', 'line-width': 1.6, 'line-dasharray': [4, 1.5] } },
  ],
  water: [
    { id: 'water-areas', type: 'fill', source: 'water', filter: IS_AREA, paint: { 'fill-color': '#c3dbe6' } },
    { id: 'water-lines', type: 'line', source: 'water', filter: IS_LINE, paint: { 'line-color': '#a9cbda', 'line-width': 2 } },
  ],
  buildings: [
    { id: 'buildings', type: 'fill', source: 'buildings', minzoom: 12, paint: { 'fill-color': '#d6d4cd' } },
    { id: 'buildings-edge', type: 'line', source: 'buildings', minzoom: 13.5, paint: { 'line-color': '#b5b2a9', 'line-width': 0.8 } },
  ],
  trees: [
    { id: 'trees', type: 'circle', source: 'trees', minzoom: 14.5, paint: { 'circle-color': '#b5cdaa', 'circle-opacity': 0.8, 'circle-radius': ['interpolate', ['linear'], ['zoom'], 14.5, 1.5, 18, 7] } },
  ],
  roads: [
    { id: 'paths', type: 'line', source: 'roads', filter: IS_PATH, minzoom: 13, layout: { 'line-join': 'round' }, paint: { 'line-color': '#b3ad9e', 'line-width': 1.2, 'line-dasharray': [3, 2] } },
    { id: 'streets-edge', type: 'line', source: 'roads', filter: IS_STREET, layout: ROUND, paint: { 'line-color': '#c3beb0', 'line-width': streetWidth(1.6) } },
    { id: 'streets', type: 'line', source: 'roads', filter: IS_STREET, layout: ROUND, paint: { 'line-color': '#ffffff', 'line-width': streetWidth(0) } },
  ],
};

/** Street names lie over the places, so that one reads where they are. */
const NAMES: LayerSpecification = {
  id: 'street-names',
  type: 'symbol',
  source: 'roads',
  minzoom: 13.5,
  filter: ['all', IS_STREET, ['has', 'name']],
  layout: {
    'symbol-placement': 'line',
    'symbol-spacing': 420,
    'text-field': ['to-string', ['get', 'name']],
    'text-font': [STREET_FONT],
    'text-size': ['interpolate', ['linear'], ['zoom'], 13.5, 11, 17, 14],
    'text-letter-spacing': 0.02,
    'text-max-angle': 30,
  },
  paint: { 'text-color': '#47525a', 'text-halo-color': 'rgba(255,255,255,0.9)', 'text-halo-width': 1.4 },
};

/** The backgrounds that this map can draw. */
export const DRAWABLE: readonly string[] = Object.keys(LAYERS);

/** The style with empty sources; `places` is put between the ground and the names. */
export function baseStyle(places: readonly LayerSpecification[]): StyleSpecification {
  const sources = [...DRAWABLE, 'places'].map((id) => [id, { type: 'geojson', data: EMPTY }] as const);
  return {
    version: 8,
    sources: Object.fromEntries(sources),
    layers: [
      { id: 'land', type: 'background', paint: { 'background-color': '#ebede6' } },
      ...Object.values(LAYERS).flat(),
      ...places,
      NAMES,
    ],
  };
}
