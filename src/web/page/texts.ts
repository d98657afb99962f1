/** The catalogue of texts as the server sends it; the page holds no words of its own. */

/** Gives the text with this id, its `{names}` replaced. */
export type Say = (id: string, values?: Readonly<Record<string, string | number>>) => string;

/** A [`Say`] over the catalogue. An id that is not there comes back as itself, so that the fault is seen. */
export function speaker(catalogue: Readonly<Record<string, string>>): Say {
  return (id, values = {}) =>
    (catalogue[id] ?? id).replace(/\{(\w+)\}/g, (whole, name: string) => {
      const value = values[name];
      return value === undefined ? whole : String(value);
    });
}
