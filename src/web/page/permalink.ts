/** What the address says: theme and place. A link sent to a colleague opens the same view. Pure. */

/** What is chosen. */
export interface Choice {
  readonly theme: string;
  /** Rank of the chosen place, or `null`. */
  readonly place: number | null;
}

/** The choice in a hash such as `#tema=accident&plats=3`; a theme that does not exist gives the first one. */
export function readHash(hash: string, themes: readonly string[]): Choice {
  const fields = new URLSearchParams(hash.replace(/^#/, ''));
  const asked = fields.get('tema');
  const theme = asked !== null && themes.includes(asked) ? asked : (themes[0] ?? '');
  const rank = Number(fields.get('plats') ?? Number.NaN);
  const place = Number.isInteger(rank) && rank > 0 && (asked === null || asked === theme) ? rank : null;
  return { theme, place };
}

/** The hash of a choice. */
export function writeHash(choice: Choice): string {
  const fields = new URLSearchParams({ tema: choice.theme });
  if (choice.place !== null) fields.set('plats', String(choice.place));
  return `#${fields.toString()}`;
}
