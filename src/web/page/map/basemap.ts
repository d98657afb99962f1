/** What lies under the places: ground, water, buildings, trees and streets with their names, in calm tones. */
import type { FeatureCollection } from 'geojson';
import type { ExpressionSpecification, LayerSpecification, StyleSpecification } from 'maplibre-gl';

/** A family of its own for the map: MapLibre reads the weight off the name and does not quote names with a digit. */
const STREET_FONT = 'Karta Semibold';

const EMPTY: FeatureCollection = { type: 'FeatureCollection', features: [] };

/** Words for the class of a street, in the tongues of the sources, and how wide it is drawn: 1 is a local street. */
const WIDE = ['motorway', 'trunk', 'primary', 'main', 'huvudgata', 'huvudled', 'genomfart', 'infart', 'motorväg', 'riksväg', 'länsväg'];
const MIDDLE = ['secondary', 'tertiary', 'collector', 'uppsamlingsgata', 'uppsamling', 'huvudnät'];
const PATHS = ['path', 'footway', 'cycleway', 'pedestrian', 'track', 'steps', 'gc', 'gcm', 'gcm-väg', 'gång- och cykelväg', 'gangvag', 'cykelvag', 'gångväg', 'cykelväg', 'gång', 'cykel'];

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
  water: [
    { id: 'water', type: 'fill', source: 'water', filter: ['==', ['geometry-type'], 'Polygon'], paint: { 'fill-color': '#c3dbe6' } },
    { id: 'water-line', type: 'line', source: 'water', filter: ['==', ['geometry-type'], 'LineString'], paint: { 'line-color': '#a9cbda', 'line-width': 2 } },
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
    { id: 'streets-edge', type: 'line', source: 'roads', filter: IS_STREET, layout: ROUND, paint: { 'line-color': '#cfcabd', 'line-width': streetWidth(1.6) } },
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
      { id: 'ground', type: 'background', paint: { 'background-color': '#eef0ea' } },
      ...Object.values(LAYERS).flat(),
      ...places,
      NAMES,
    ],
  };
}
