/** Where a number stands in a place, and how far the place reaches: areas, and pieces of road. Pure, in degrees. */
import type { LineString, MultiLineString, MultiPolygon, Polygon, Position } from 'geojson';

/** The shape of a ranked place. */
export type Shape = Polygon | MultiPolygon | LineString | MultiLineString;

/** West, south, east, north. */
export type Box = [number, number, number, number];

/** Heights, as shares of a ring's height, at which a point inside is looked for; the middle is tried first. */
const HEIGHTS = [0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8, 0.1, 0.9];

/** The rings of each part of an area; each line of a road as the one ring of a part. */
function polygons(shape: Shape): Position[][][] {
  switch (shape.type) {
    case 'Polygon':
      return [shape.coordinates];
    case 'MultiPolygon':
      return shape.coordinates;
    case 'LineString':
      return [[shape.coordinates]];
    case 'MultiLineString':
      return shape.coordinates.map((line) => [line]);
  }
}

/** The middle of the straight piece of a road that lies nearest to the middle of its box. */
function middleOfRoad(lines: readonly Position[][]): [number, number] | null {
  const vertices = lines.flat();
  const box = boxOf({ type: 'MultiLineString', coordinates: [vertices] });
  if (box === null) return null;
  const [mx, my] = [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2];
  const midpoints = lines.flatMap((line) => line.slice(1).map(([x = 0, y = 0], i): [number, number] => [(x + (line[i]?.[0] ?? x)) / 2, (y + (line[i]?.[1] ?? y)) / 2]));
  const far = ([x, y]: [number, number]): number => Math.hypot(x - mx, y - my);
  const places = midpoints.length > 0 ? midpoints : vertices.map(([x = 0, y = 0]): [number, number] => [x, y]);
  return places.reduce<[number, number] | null>((best, place) => (best === null || far(place) < far(best) ? place : best), null);
}

/** The smallest box around a place, or `null` where it has no corner. */
export function boxOf(shape: Shape): Box | null {
  const box: Box = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x = 0, y = 0] of polygons(shape).flat(2)) {
    box[0] = Math.min(box[0], x);
    box[1] = Math.min(box[1], y);
    box[2] = Math.max(box[2], x);
    box[3] = Math.max(box[3], y);
  }
  return box[0] <= box[2] ? box : null;
}

/** Twice the area within a ring. */
function doubleArea(ring: readonly Position[]): number {
  let sum = 0;
  for (let i = 0; i < ring.length; i += 1) {
    const [ax = 0, ay = 0] = ring[i] ?? [];
    const [bx = 0, by = 0] = ring[(i + 1) % ring.length] ?? [];
    sum += ax * by - bx * ay;
  }
  return Math.abs(sum);
}

/** Where the horizontal line at `y` crosses the rings, from west to east. */
function crossings(rings: readonly Position[][], y: number): number[] {
  const found: number[] = [];
  for (const ring of rings) {
    for (let i = 0; i < ring.length; i += 1) {
      const [ax = 0, ay = 0] = ring[i] ?? [];
      const [bx = 0, by = 0] = ring[(i + 1) % ring.length] ?? [];
      if (ay > y !== by > y) found.push(ax + ((y - ay) / (by - ay)) * (bx - ax));
    }
  }
  return found.sort((a, b) => a - b);
}

/**
 * Where a place's number stands. On a road: the middle of a straight piece of it. In an area: the middle of the widest stretch that horizontal lines cut out of its largest part.
 * Holes are respected. `null` where the area has no extent.
 */
export function pointInside(shape: Shape): [number, number] | null {
  if (shape.type === 'LineString') return middleOfRoad([shape.coordinates]);
  if (shape.type === 'MultiLineString') return middleOfRoad(shape.coordinates);
  const largest = polygons(shape).reduce<Position[][]>(
    (best, rings) => (doubleArea(rings[0] ?? []) > doubleArea(best[0] ?? []) ? rings : best),
    [],
  );
  const box = boxOf({ type: 'Polygon', coordinates: largest });
  if (box === null) return null;
  let best: [number, number] | null = null;
  let widest = 0;
  for (const height of HEIGHTS) {
    const y = box[1] + height * (box[3] - box[1]);
    const cuts = crossings(largest, y);
    for (let i = 0; i + 1 < cuts.length; i += 2) {
      const [from = 0, to = 0] = [cuts[i], cuts[i + 1]];
      // A later height must be clearly better: the middle reads best.
      if (to - from > widest * 1.15) {
        widest = to - from;
        best = [(from + to) / 2, y];
      }
    }
  }
  return best;
}

/** A box made larger by a share of its own size on every side; a point gets some hundred metres. */
export function grown(box: readonly [number, number, number, number], by: number): Box {
  const [w, s, e, n] = box;
  const x = Math.max(e - w, 0.004) * by;
  const y = Math.max(n - s, 0.002) * by;
  return [w - x, s - y, e + x, n + y];
}
