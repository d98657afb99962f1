/** Which class of the legend a number falls in. Pure. */
import type { LegendClass } from './contract';

/** The colour of "Uppgift saknas" where the server names none. */
const MISSING_COLOUR = '#b8bcc0';

/** Whether a class is "Uppgift saknas": it has no bounds. */
function isMissing(one: LegendClass): boolean {
  return one.from === null && one.to === null;
}

/** The classes with exactly one "Uppgift saknas", last. */
export function withMissing(classes: readonly LegendClass[], label: string): LegendClass[] {
  const given = classes.find(isMissing);
  const missing = given ?? { from: null, to: null, label, colour: MISSING_COLOUR, hatched: false };
  return [...classes.filter((one) => !isMissing(one)), missing];
}

/** Index of the class of `n` among classes made by [`withMissing`]; a number outside all of them is "Uppgift saknas". */
export function classOf(n: number | null | undefined, classes: readonly LegendClass[]): number {
  const last = classes.length - 1;
  if (n === null || n === undefined) return last;
  const found = classes.findIndex(
    (one) => !isMissing(one) && (one.from === null || n >= one.from) && (one.to === null || n <= one.to),
  );
  return found < 0 ? last : found;
}
