/** Asks the server: JSON by name, and collections page by page until there is no next one. */
import type { Feature, Geometry } from 'geojson';
import type { Overview, Page } from './contract';

/** Features asked for at a time. */
const PAGE_SIZE = 1000;

async function json<T>(path: string): Promise<T> {
  const answer = await fetch(new URL(path, document.baseURI), { headers: { accept: 'application/geo+json, application/json' } });
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return (await answer.json()) as T;
}

/** All texts of the page, by id. */
export function fetchTexts(): Promise<Record<string, string>> {
  return json('texts');
}

/** The themes, the backgrounds and the extent. */
export function fetchOverview(): Promise<Overview> {
  return json('overview');
}

/**
 * Every feature of a collection.
 *
 * Of a `next` link only the query is used: the page knows its own address better than a server behind a proxy does.
 * An empty page, or a link to the page just read, ends the reading.
 */
export async function fetchFeatures<F extends Feature<Geometry | null>>(collection: string): Promise<F[]> {
  const path = `collections/${encodeURIComponent(collection)}/items`;
  const features: F[] = [];
  let query: string | null = `?limit=${PAGE_SIZE}&offset=0`;
  while (query !== null) {
    const page: Page<F> = await json(path + query);
    features.push(...page.features);
    const next: string | undefined = page.links?.find((link) => link.rel === 'next')?.href;
    const following: string | null = next === undefined ? null : new URL(next, document.baseURI).search;
    query = page.features.length === 0 || following === query ? null : following;
  }
  return features;
}
