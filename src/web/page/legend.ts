/** The legend: absolute classes with their hatching, "Uppgift saknas", what the background is, and the source. */
import { withMissing } from './classes';
import type { Background, LegendClass, Theme } from './contract';
import { el, svg } from './dom';
import type { Say } from './texts';

/** A drawn sample, so that paper shows it whatever the printer thinks of backgrounds. */
function sample(...children: SVGElement[]): SVGSVGElement {
  return svg('svg', { viewBox: '0 0 28 18', width: 28, height: 18, class: 'sample', 'aria-hidden': 'true', focusable: 'false' }, ...children);
}

function classSample(one: LegendClass): SVGSVGElement {
  const box = { x: 1, y: 1, width: 26, height: 16, rx: 3 };
  const fill = svg('rect', { ...box, fill: one.colour, 'fill-opacity': one.hatched ? 0.15 : 0.6 });
  const lines = [-2, 5, 12, 19].map((x) => svg('path', { d: `M${x} 17 ${x + 16} 1`, stroke: one.colour, 'stroke-width': 2.4 }));
  const edge = svg('rect', { ...box, fill: 'none', stroke: one.colour, 'stroke-width': 2 });
  return one.hatched ? sample(fill, ...lines, edge) : sample(fill, edge);
}

/** How each background looks; one that is not here is not drawn on the map either. */
const BACKGROUND_SAMPLES: Readonly<Record<string, () => SVGSVGElement>> = {
  roads: () =>
    sample(
      svg('path', { d: 'M1 9h26', stroke: '#b3ad9e', 'stroke-width': 7 }),
      svg('path', { d: 'M1 9h26', stroke: '#ffffff', 'stroke-width': 5 }),
    ),
  buildings: () => sample(svg('rect', { x: 5, y: 3, width: 18, height: 12, fill: '#d3d1cb', stroke: '#a9a69e' })),
  ground: () =>
    sample(
      svg('rect', { x: 1, y: 2, width: 13, height: 14, fill: '#c3dbe6' }),
      svg('rect', { x: 14, y: 2, width: 13, height: 14, fill: '#dce8d1' }),
      svg('rect', { x: 1, y: 2, width: 26, height: 14, rx: 2, fill: 'none', stroke: '#8f9a8a' }),
    ),
  trees: () => sample(svg('circle', { cx: 14, cy: 9, r: 6, fill: '#b5cdaa', stroke: '#86a378' })),
  water: () => sample(svg('rect', { x: 1, y: 2, width: 26, height: 14, rx: 3, fill: '#c3dbe6', stroke: '#8fb6c8' })),
};

/** The legend of a theme; `drawn` are the backgrounds that are on the map. */
export function legend(theme: Theme, drawn: readonly Background[], say: Say): HTMLElement {
  const units = theme.unit[1];
  const line = (drawing: SVGSVGElement, label: string): HTMLElement => el('li', {}, drawing, el('span', {}, label));
  const classes = withMissing(theme.classes, say('page-missing')).map((one) => line(classSample(one), one.label));
  const under = drawn.flatMap(({ id, title }) => {
    const make = BACKGROUND_SAMPLES[id];
    return make === undefined ? [] : [line(make(), title)];
  });
  const heading = say('page-legend', { units });
  return el(
    'div',
    { class: 'legend', role: 'group', 'aria-label': heading },
    el('div', {}, el('p', { class: 'legend-title' }, heading), el('ul', { role: 'list' }, ...classes)),
    under.length > 0 &&
      el('div', {}, el('p', { class: 'legend-title' }, say('page-legend-background')), el('ul', { role: 'list' }, ...under)),
  );
}
