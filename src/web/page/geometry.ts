/** Where a number stands in an area, and how far an area reaches. Pure, in degrees. */
import type { MultiPolygon, Polygon, Position } from 'geojson';

/** West, south, east, north. */
export type Box = [number, number, number, number];

/** Heights, as shares of a ring's height, at which a point inside is looked for; the middle is tried first. */
const HEIGHTS = [0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8, 0.1, 0.9];

function polygons(shape: Polygon | MultiPolygon): Position[][][] {
  return shape.type === 'Polygon' ? [shape.coordinates] : shape.coordinates;
}

/** The smallest box around an area, or `null` where it has no corner. */
export function boxOf(shape: Polygon | MultiPolygon): Box | null {
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
 * A point well inside an area: the middle of the widest stretch that horizontal lines cut out of its largest part.
 * Holes are respected. `null` where the area has no extent.
 */
export function pointInside(shape: Polygon | MultiPolygon): [number, number] | null {
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
