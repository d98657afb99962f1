/** Numbers, periods and counts as Swedish readers write them. Pure. */

const WHOLE = new Intl.NumberFormat('sv-SE', { maximumFractionDigits: 0 });
const FINE = new Intl.NumberFormat('sv-SE', { maximumFractionDigits: 6 });
const SHARE = new Intl.NumberFormat('sv-SE', { style: 'percent', maximumFractionDigits: 0 });
const SMALL_SHARE = new Intl.NumberFormat('sv-SE', { style: 'percent', maximumSignificantDigits: 2 });
const DAY = new Intl.DateTimeFormat('sv-SE', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' });

/** `12 345`. */
export function whole(n: number): string {
  return WHOLE.format(n);
}

/** `0,05`. */
export function decimal(n: number): string {
  return FINE.format(n);
}

/** A share of 1 as `24 %`; below one percent with two significant digits, so that little is not nothing. */
export function share(part: number): string {
  return Math.abs(part) < 0.01 && part !== 0 ? SMALL_SHARE.format(part) : SHARE.format(part);
}

/** `1 olycka`, `34 olyckor`. */
export function counted(n: number, unit: readonly [string, string]): string {
  return `${whole(n)} ${n === 1 ? unit[0] : unit[1]}`;
}

/** The years of a period: `2018–2025`, `2025`, or nothing where neither end is known. */
export function years(from: string | null | undefined, till: string | null | undefined): string {
  const [first, last] = [from?.slice(0, 4), till?.slice(0, 4)];
  if (!first || !last || first === last) return first || last || '';
  return `${first}–${last}`;
}

/** `1 januari 2018`; what is not a day comes back as it is. */
export function day(iso: string): string {
  const time = Date.parse(iso);
  return Number.isNaN(time) ? iso : DAY.format(time);
}

/** A sentence's text without the full stop that the sentence around it brings. */
export function unstopped(text: string): string {
  return text.trim().replace(/\.$/, '');
}

/** The first letter small, unless the word is all capitals: for words that come inside a sentence. */
export function inner(text: string): string {
  return /^\p{Lu}(?!\p{Lu})/u.test(text) ? text.charAt(0).toLocaleLowerCase('sv-SE') + text.slice(1) : text;
}

/** A list of words with counts parted by middle dots: no line begins with a dot or with a lone count. */
export function dotted(text: string): string {
  return text.replaceAll(' · ', '\u00a0· ').replace(/ (\d+)(?=\u00a0·|\.?$)/g, '\u00a0$1');
}

/** The first letter large. */
export function capital(text: string): string {
  return text.charAt(0).toLocaleUpperCase('sv-SE') + text.slice(1);
}

/** Runs of blanks made one, blanks at the ends and before a full stop taken away: for sentences with empty parts. */
export function tidy(text: string): string {
  return text.replace(/ +/g, ' ').replace(/ ([.,])/g, '$1').trim();
}
