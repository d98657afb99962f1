/** Wires the page together: address → theme and place → list and map, and back. */
import { basisShort } from './basis';
import type { Background, Overview, Place, Theme } from './contract';
import { el } from './dom';
import { type Frame, frame } from './frame';
import { legend } from './legend';
import { DRAWABLE } from './map/basemap';
import { type MapView, canDraw, makeMap } from './map/view';
import { noTheme } from './messages';
import { nameOf } from './place';
import { type Panel, panel } from './panel';
import { type Choice, readHash, writeHash } from './permalink';
import { fetchFeatures, fetchOverview, fetchTexts } from './server';
import { type Say, speaker } from './texts';

/** The page once the overview is there. */
class PageController {
  readonly #overview: Overview;
  readonly #say: Say;
  readonly #frame: Frame;
  readonly #places = new Map<string, Promise<Place[]>>();
  readonly #drawn: Background[] = [];
  #choice: Choice;
  #shown: readonly Place[] = [];
  #shownTheme: string | null = null;
  #panel: Panel | null = null;
  #map: MapView | null = null;

  constructor(host: HTMLElement, overview: Overview, say: Say) {
    this.#overview = overview;
    this.#say = say;
    this.#frame = frame(host, overview, say, (id) => this.#go({ theme: id, place: null }), () => void this.#print());
    this.#choice = this.#fromAddress();
    window.addEventListener('popstate', () => this.#follow(this.#fromAddress()));
    window.addEventListener('beforeprint', () => this.#map?.paper(this.#frame.paper));
  }

  /** Shows what the address asks for, then the map and its backgrounds. */
  async start(): Promise<void> {
    const [first] = this.#overview.themes;
    if (first === undefined) this.#frame.panel.replaceChildren(noTheme(this.#say));
    const listed = this.#showTheme();
    await this.#startMap();
    await listed;
    await this.#loadBackgrounds();
    await this.#map?.drawn();
    // For whoever photographs or tests the page.
    document.documentElement.dataset['ready'] = 'true';
  }

  #fromAddress(): Choice {
    return readHash(window.location.hash, this.#overview.themes.map(({ id }) => id));
  }

  /** Takes the reader's choice and writes it into the address. */
  #go(choice: Choice): void {
    window.history.pushState(null, '', writeHash(choice));
    this.#follow(choice);
  }

  #follow(choice: Choice): void {
    const before = this.#choice;
    this.#choice = choice;
    if (choice.theme !== before.theme) void this.#showTheme();
    else if (choice.place !== before.place) this.#showPlace(true);
  }

  #theme(): Theme | undefined {
    return this.#overview.themes.find(({ id }) => id === this.#choice.theme);
  }

  /** The places of a theme by rank; fetched once, and again after a failure. */
  #placesOf(theme: Theme): Promise<Place[]> {
    const known = this.#places.get(theme.id);
    if (known !== undefined) return known;
    const fetched = fetchFeatures<Place>(theme.collection).then((places) =>
      places.sort((a, b) => a.properties.rang - b.properties.rang),
    );
    this.#places.set(theme.id, fetched);
    fetched.catch(() => this.#places.delete(theme.id));
    return fetched;
  }

  async #showTheme(): Promise<void> {
    const theme = this.#theme();
    if (theme === undefined) return;
    const say = this.#say;
    this.#frame.choose(theme.id);
    document.title = say('page-window-title', { title: theme.title, town: this.#overview.name });
    const shownPanel = panel(this.#frame.panel, theme, say, (place) => this.#go({ theme: theme.id, place }));
    this.#panel = shownPanel;
    this.#frame.panel.scrollTop = 0;
    this.#showLegend();
    shownPanel.wait();
    try {
      const places = await this.#placesOf(theme);
      if (this.#panel !== shownPanel) return;
      this.#shown = places;
      this.#shownTheme = theme.id;
      shownPanel.show(places);
      this.#map?.show(places, theme);
      this.#showPlace(this.#choice.place !== null);
    } catch {
      if (this.#panel !== shownPanel) return;
      this.#shown = [];
      this.#shownTheme = null;
      this.#map?.show([], theme);
      shownPanel.fail(() => void this.#showTheme());
    }
  }

  /** Marks the chosen place in list and map; a rank that the theme does not have chooses none. */
  #showPlace(go: boolean): void {
    if (this.#shownTheme !== this.#choice.theme) return;
    const chosen = this.#shown.find(({ properties }) => properties.rang === this.#choice.place);
    const rank = chosen?.properties.rang ?? null;
    this.#panel?.select(rank);
    this.#map?.select(rank, go);
    if (!go) return;
    const text =
      chosen === undefined
        ? this.#say('page-unselected', { town: this.#overview.name })
        : this.#say('page-selected', { rank: chosen.properties.rang, name: nameOf(chosen, this.#say) });
    this.#frame.announce(text);
  }

  #showLegend(): void {
    const theme = this.#theme();
    if (theme === undefined) return;
    this.#frame.legend.replaceChildren(legend(theme, this.#drawn, this.#say));
    const source = theme.sources.length > 0 ? el('p', { class: 'source-short' }, this.#say('page-source', { sources: theme.sources.join(', ') })) : '';
    this.#frame.source.replaceChildren(source, basisShort(theme, this.#say));
  }

  async #startMap(): Promise<void> {
    const { map: container } = this.#frame;
    if (!canDraw()) {
      container.replaceChildren(el('p', { class: 'notice' }, this.#say('page-map-failed')));
      return;
    }
    this.#map = await makeMap(container, this.#overview, this.#say, (place) => this.#go({ theme: this.#choice.theme, place }));
    const theme = this.#theme();
    if (theme === undefined || this.#shownTheme !== theme.id) return;
    this.#map.show(this.#shown, theme);
    this.#showPlace(this.#choice.place !== null);
  }

  /** Fetches the backgrounds one after the other, in the map's own order of drawing, and says which ones failed. */
  async #loadBackgrounds(): Promise<void> {
    const map = this.#map;
    if (map === null) return;
    const failed: string[] = [];
    for (const background of this.#overview.backgrounds.filter(({ id }) => DRAWABLE.includes(id))) {
      try {
        map.background(background.id, await fetchFeatures(background.id));
        this.#drawn.push(background);
        this.#showLegend();
      } catch {
        failed.push(background.title);
      }
    }
    if (failed.length > 0) this.#frame.notice.replaceChildren(this.#say('page-background-failed', { titles: failed.join(', ') }));
  }

  /** Prints with a sharper map than the screen has. */
  async #print(): Promise<void> {
    const restore = await this.#map?.sharpen();
    try {
      window.print();
    } finally {
      restore?.();
    }
  }
}

async function start(): Promise<void> {
  const host = document.getElementById('page');
  if (host === null) return;
  try {
    const [texts, overview] = await Promise.all([fetchTexts(), fetchOverview()]);
    await new PageController(host, overview, speaker(texts)).start();
  } catch (error) {
    document.getElementById('unreachable')?.removeAttribute('hidden');
    if (!(error instanceof TypeError)) throw error;
  }
}

void start();
