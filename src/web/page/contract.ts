/** What the server promises: the shapes of /overview and of the collections, and nothing else. */
import type { Feature, FeatureCollection, Geometry } from 'geojson';
import type { Shape } from './geometry';

/** One class of the legend: absolute bounds, both inclusive. Both `null` is the class "Uppgift saknas". */
export interface LegendClass {
  readonly from: number | null;
  readonly to: number | null;
  readonly label: string;
  /** `#rrggbb` */
  readonly colour: string;
  /** Drawn hatched: few events, uncertain. */
  readonly hatched: boolean;
}

/** What a result rests on. Every part may be missing: an older result may know less. */
export interface Passport {
  readonly software?: string;
  readonly method?: string;
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly seed?: number | null;
  readonly sources?: readonly string[];
  readonly period?: readonly [string, string] | null;
  readonly vintage?: string;
  readonly used?: number;
  readonly unplaced?: number;
  readonly dropped?: Readonly<Record<string, number>>;
  readonly crs?: string;
  readonly notes?: readonly string[];
  readonly content_hash?: string;
}

/** One subject of the map: accidents, damage reports. */
export interface Theme {
  readonly id: string;
  /** Collection of the ranked places. */
  readonly collection: string;
  readonly title: string;
  readonly shows: string;
  readonly not_shows: string;
  /** First and last day, `YYYY-MM-DD`. */
  readonly period: readonly [string, string] | null;
  readonly n: number;
  readonly unplaced: number;
  readonly in_hotspots: number;
  readonly classes: readonly LegendClass[];
  /** The unit in singular and plural: `["olycka", "olyckor"]`. */
  readonly unit: readonly [string, string];
  readonly sure: readonly string[];
  readonly method: string;
  readonly sources: readonly string[];
  readonly passport: Passport;
}

/** A collection drawn under the places. */
export interface Background {
  readonly id: string;
  readonly title: string;
}

/** Everything but the geometries. */
export interface Overview {
  readonly name: string;
  /** The secrecy mark, for example `INTERN – STRADA`. */
  readonly mark: string | null;
  /** West, south, east, north in degrees. */
  readonly bbox: readonly [number, number, number, number];
  readonly backgrounds: readonly Background[];
  readonly themes: readonly Theme[];
}

/** What is known of a ranked place. */
export interface PlaceProperties {
  readonly rang: number;
  readonly namn: string | null;
  readonly n: number | null;
  readonly antal_skadade?: number | null;
  readonly svarighet?: string | null;
  readonly kategorier?: string | null;
  /** The commonest types, as places along roads call them. */
  readonly olyckstyp?: string | null;
  readonly period_fran?: string | null;
  readonly period_till?: string | null;
  readonly andel_handelser?: number | null;
  readonly andel_yta?: number | null;
  readonly sakerhet?: string | null;
  readonly sakerhet_text?: string | null;
}

/** A ranked place with its area, or its pieces of road. */
export type Place = Feature<Shape, PlaceProperties>;

/** One page of a collection. */
export interface Page<F extends Feature<Geometry | null>> extends FeatureCollection<Geometry | null> {
  readonly features: F[];
  readonly numberMatched?: number;
  readonly links?: readonly { readonly rel: string; readonly href: string }[];
}
