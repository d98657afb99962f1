/** Keeps round badges from covering each other. Pure, in pixels. */

/** Passes over all pairs; ten badges settle in far fewer. */
const PASSES = 24;

/** The golden angle: its multiples never fall together. */
const GOLDEN = 2.399963;

/**
 * How far each badge moves so that no two stand closer than `distance`, in the order given.
 *
 * Each moves as little as it can, and never more than `reach`, so that a badge stays with its place; badges at the very
 * same point part in directions of their own. The result depends on the points alone.
 */
export function spread(points: readonly (readonly [number, number])[], distance: number, reach: number): [number, number][] {
  const moved = points.map(([x, y]): [number, number] => [x, y]);
  for (let pass = 0; pass < PASSES; pass += 1) {
    let touched = false;
    for (let i = 0; i < moved.length; i += 1) {
      for (let j = i + 1; j < moved.length; j += 1) {
        const [a, b] = [moved[i], moved[j]];
        if (a === undefined || b === undefined) continue;
        const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
        const apart = Math.hypot(dx, dy);
        if (apart >= distance) continue;
        touched = true;
        const push = (distance - apart) / 2 + 0.01;
        const turn = GOLDEN * (i + j);
        const [ux, uy] = apart > 0.01 ? [dx / apart, dy / apart] : [Math.cos(turn), Math.sin(turn)];
        a[0] -= ux * push;
        a[1] -= uy * push;
        b[0] += ux * push;
        b[1] += uy * push;
      }
    }
    if (!touched) break;
  }
  return moved.map(([x, y], i) => {
    const [ox, oy] = points[i] ?? [x, y];
    const far = Math.hypot(x - ox, y - oy);
    const keep = far > reach ? reach / far : 1;
    return [(x - ox) * keep, (y - oy) * keep];
  });
}
