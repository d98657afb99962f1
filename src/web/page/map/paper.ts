/** The map on paper: what stands on the screen, drawn at once onto a plain canvas that printers can take. */
import type { Map as GlMap } from 'maplibre-gl';
import type { Shown } from './badges';

/** Pixels between the edge and what stands in a corner. */
const INSET = 16;

const FONT = '"Source Sans", sans-serif';
const INK = '#12384a';

/** Draws the map, its numbers, the scale and the north arrow onto `paper`. Synchronous: printing does not wait. */
export function drawOnPaper(map: GlMap, badges: readonly Shown[], paper: HTMLCanvasElement): void {
  map.redraw();
  const source = map.getCanvas();
  const picture = pixelsOf(source);
  const pen = paper.getContext('2d');
  if (pen === null || picture === null) return;
  paper.width = source.width;
  paper.height = source.height;
  pen.putImageData(picture, 0, 0);
  const ratio = source.width / Math.max(source.clientWidth, 1);
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  for (const badge of [...badges].sort((a, b) => Number(a.chosen) - Number(b.chosen) || b.rank - a.rank)) drawBadge(pen, badge);
  drawScale(pen, map.getContainer(), source.clientWidth, source.clientHeight);
  drawNorth(pen, source.clientWidth);
}

/**
 * The pixels of a canvas. Taken one by one, because Chromium prints a WebGL canvas that was drawn onto another one a few
 * percent too small.
 */
function pixelsOf(source: HTMLCanvasElement): ImageData | null {
  if (source.width === 0 || source.height === 0) return null;
  const copy = document.createElement('canvas');
  copy.width = source.width;
  copy.height = source.height;
  const pen = copy.getContext('2d', { willReadFrequently: true });
  pen?.drawImage(source, 0, 0);
  return pen?.getImageData(0, 0, copy.width, copy.height) ?? null;
}

function drawBadge(pen: CanvasRenderingContext2D, { place, middle: [x, y], rank, chosen }: Shown): void {
  pen.strokeStyle = INK;
  pen.lineWidth = 2;
  pen.beginPath();
  pen.moveTo(...place);
  pen.lineTo(x, y);
  pen.stroke();
  pen.beginPath();
  pen.arc(...place, 3.5, 0, 2 * Math.PI);
  pen.fillStyle = INK;
  pen.fill();
  pen.beginPath();
  pen.arc(x, y, chosen ? 15 : 13, 0, 2 * Math.PI);
  pen.fillStyle = chosen ? '#f2b134' : INK;
  pen.fill();
  pen.lineWidth = 2.5;
  pen.strokeStyle = chosen ? INK : '#ffffff';
  pen.stroke();
  pen.fillStyle = chosen ? INK : '#ffffff';
  pen.font = `700 15px ${FONT}`;
  pen.textAlign = 'center';
  pen.textBaseline = 'middle';
  pen.fillText(String(rank), x, y + 1);
}

/** The scale as MapLibre has measured it, drawn in the lower right corner. */
function drawScale(pen: CanvasRenderingContext2D, container: HTMLElement, width: number, height: number): void {
  const bar = container.querySelector<HTMLElement>('.maplibregl-ctrl-scale');
  if (bar === null || bar.offsetWidth === 0) return;
  const [right, base] = [width - INSET, height - INSET];
  const left = right - bar.offsetWidth;
  pen.fillStyle = 'rgba(255,255,255,0.85)';
  pen.fillRect(left - 8, base - 26, right - left + 16, 34);
  pen.strokeStyle = INK;
  pen.lineWidth = 2;
  pen.beginPath();
  pen.moveTo(left, base - 6);
  pen.lineTo(left, base);
  pen.lineTo(right, base);
  pen.lineTo(right, base - 6);
  pen.stroke();
  pen.fillStyle = INK;
  pen.font = `600 14px ${FONT}`;
  pen.textAlign = 'center';
  pen.textBaseline = 'bottom';
  pen.fillText(bar.textContent ?? '', (left + right) / 2, base - 6);
}

/** North is always up; paper says so. */
function drawNorth(pen: CanvasRenderingContext2D, width: number): void {
  const [x, y] = [width - INSET - 12, INSET];
  pen.fillStyle = 'rgba(255,255,255,0.85)';
  pen.fillRect(x - 16, y - 8, 32, 54);
  pen.fillStyle = INK;
  pen.beginPath();
  pen.moveTo(x, y);
  pen.lineTo(x + 9, y + 24);
  pen.lineTo(x, y + 18);
  pen.lineTo(x - 9, y + 24);
  pen.fill();
  pen.font = `700 14px ${FONT}`;
  pen.textAlign = 'center';
  pen.textBaseline = 'top';
  pen.fillText('N', x, y + 27);
}
