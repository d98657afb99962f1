/** How the ranked places are drawn: absolute classes, hatching for the uncertain ones, an edge for the chosen one. */
import type { FeatureCollection } from 'geojson';
import type { ExpressionSpecification, LayerSpecification } from 'maplibre-gl';
import { classOf } from '../classes';
import type { LegendClass, Place } from '../contract';

/** Side of a hatching tile in image pixels; drawn at half size so that it is sharp on fine screens. */
const TILE = 20;

/** Areas are filled; a road is drawn as a broad line, and hatching has no place on it. */
const IS_ROAD: ExpressionSpecification = ['in', ['geometry-type'], ['literal', ['LineString', 'MultiLineString']]];
const EDGE_WIDTH: ExpressionSpecification = ['case', IS_ROAD, 6, 1.8];

/** Layers over the source `places`; colours come with the theme, through [`themePaint`]. */
export const PLACE_LAYERS: readonly LayerSpecification[] = [
  { id: 'places', type: 'fill', source: 'places', filter: ['!', IS_ROAD], paint: { 'fill-color': '#888888', 'fill-opacity': 0.5 } },
  { id: 'places-hatch', type: 'fill', source: 'places', filter: ['boolean', false], paint: {} },
  { id: 'places-edge', type: 'line', source: 'places', layout: { 'line-join': 'round' }, paint: { 'line-color': '#888888', 'line-width': EDGE_WIDTH } },
  { id: 'chosen-halo', type: 'line', source: 'places', filter: ['boolean', false], layout: { 'line-join': 'round' }, paint: { 'line-color': '#ffffff', 'line-width': 7 } },
  { id: 'chosen-edge', type: 'line', source: 'places', filter: ['boolean', false], layout: { 'line-join': 'round' }, paint: { 'line-color': '#12384a', 'line-width': 3.5 } },
];

/** The filter of the chosen place's layers. */
export function chosenFilter(rank: number | null): ExpressionSpecification {
  return ['==', ['get', 'rang'], rank ?? -1];
}

/** The places with their class, as the source wants them. */
export function placeData(places: readonly Place[], classes: readonly LegendClass[]): FeatureCollection {
  const features = places.map((place) => ({
    type: 'Feature' as const,
    geometry: place.geometry,
    properties: { rang: place.properties.rang, klass: classOf(place.properties.n, classes) },
  }));
  return { type: 'FeatureCollection', features };
}

/** A value a class, by the property `klass`. */
function byClass<T extends string | number>(classes: readonly LegendClass[], value: (one: LegendClass, index: number) => T): ExpressionSpecification {
  const pairs = classes.slice(0, -1).flatMap((one, index) => [index, value(one, index)]);
  const last = classes.at(-1);
  const fallback = last === undefined ? '' : value(last, classes.length - 1);
  return (pairs.length === 0 ? ['literal', fallback] : ['match', ['get', 'klass'], ...pairs, fallback]) as ExpressionSpecification;
}

/** What a theme's classes change in the layers. */
export function themePaint(classes: readonly LegendClass[]): {
  colour: ExpressionSpecification;
  opacity: ExpressionSpecification;
  hatch: ExpressionSpecification;
  hatched: ExpressionSpecification;
} {
  const hatched = classes.flatMap((one, index) => (one.hatched ? [index] : []));
  return {
    colour: byClass(classes, (one) => one.colour),
    opacity: byClass(classes, (one) => (one.hatched ? 0.12 : 0.5)),
    hatch: byClass(classes, (one) => hatchName(one.colour)),
    hatched: ['all', ['!', IS_ROAD], ['in', ['get', 'klass'], ['literal', hatched]]],
  };
}

/** The image name of a hatching. */
export function hatchName(colour: string): string {
  return `hatch-${colour}`;
}

/** A tile of slanting lines in a colour, with nothing between them. */
export function hatchImage(colour: string): ImageData | null {
  const canvas = document.createElement('canvas');
  canvas.width = TILE;
  canvas.height = TILE;
  const pen = canvas.getContext('2d');
  if (pen === null) return null;
  pen.strokeStyle = colour;
  pen.lineWidth = 4;
  for (const x of [-TILE, 0, TILE]) {
    pen.beginPath();
    pen.moveTo(x - 4, TILE + 4);
    pen.lineTo(x + TILE + 4, -4);
    pen.stroke();
  }
  return pen.getImageData(0, 0, TILE, TILE);
}
