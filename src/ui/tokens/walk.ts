/** One token of a region is in the tab order; arrow keys move on from it, through each text and from text to text. */

/** A text on the page, as keys and the clipboard see it. */
export interface Walked {
  readonly count: number;
  /** The token of this text that a key leads to; one beyond either end, or null, where it leads out of it or nowhere. */
  next(token: number, key: string): number | null;
  focus(token: number): void;
  /** The text itself from one token to another. */
  textOf(first: number, last: number): string;
}

/** A token on the page. */
export interface TokenPlace {
  /** Of its text among its neighbours. */
  readonly text: number;
  readonly token: number;
}

const texts = new WeakMap<Element, Walked>();

/** Makes the text that an element with `data-text` shows known to the region around it. */
export const registerText = (host: Element, text: Walked): unknown => texts.set(host, text);

const spanAt = (target: EventTarget | null): HTMLElement | null =>
  target instanceof Element ? target.closest<HTMLElement>('[data-text] [data-token]') : null;

const hostOf = (span: HTMLElement): HTMLElement => span.closest('[data-text]') as HTMLElement;

/** Which token an event is about, or null where it is about none. */
export function tokenAt(target: EventTarget | null): TokenPlace | null {
  const span = spanAt(target);
  return span && { text: Number(hostOf(span).dataset.text), token: Number(span.dataset.token) };
}

const TAB_STOPS = '[data-token][tabindex="0"]';

/** Makes sure that exactly one token can be tabbed to. */
export function keepOneTabStop(region: Element): void {
  if (region.querySelector(TAB_STOPS)) return;
  const first = region.querySelector<HTMLElement>('[data-token][tabindex]');
  if (first) first.tabIndex = 0;
}

/** Lets one be tabbed to, and no other of its region. */
export function moveTabStop(region: Element, target: EventTarget | null): void {
  const to = spanAt(target);
  if (!to || to.tabIndex === 0) return;
  for (const span of region.querySelectorAll<HTMLElement>(TAB_STOPS)) span.tabIndex = -1;
  to.tabIndex = 0;
}

/** The token that a sideways key leads to; null for other keys. */
export function sideways(token: number, key: string, rtl: boolean): number | null {
  if (key !== 'ArrowRight' && key !== 'ArrowLeft') return null;
  return token + ((key === 'ArrowRight') === rtl ? -1 : 1);
}

/** Focuses the token that a key leads to from `target`; false where it leads to none. */
export function walk(region: Element, target: EventTarget | null, key: string): boolean {
  const span = spanAt(target);
  const from = span && texts.get(hostOf(span));
  if (!span || !from) return false;
  const token = Number(span.dataset.token);
  const next = from.next(token, key);
  if (next !== null && next >= 0 && next < from.count) from.focus(next);
  else {
    const down = key === 'ArrowDown' || (next !== null && next >= from.count);
    const to = down || key === 'ArrowUp' || next !== null ? textBeside(region, from, down ? 1 : -1) : undefined;
    if (!to) return false;
    // Sideways from end to end; up and down to the same place.
    to.focus(next === null ? Math.min(token, to.count - 1) : down ? 0 : to.count - 1);
  }
  return true;
}

/** Focuses the token at a place, or the region where there is none now. */
export function focusPlace(region: HTMLElement, { text, token }: TokenPlace): void {
  const host = region.querySelector(`[data-text="${text}"]`);
  const walked = host && texts.get(host);
  if (walked && token < walked.count) walked.focus(token);
  else region.focus();
}

function textBeside(region: Element, text: Walked, by: 1 | -1): Walked | undefined {
  const all = textsIn(region)
    .map(({ walked }) => walked)
    .filter(({ count }) => count > 0);
  return all[all.indexOf(text) + by];
}

const textsIn = (region: Element): { host: Element; walked: Walked }[] =>
  [...region.querySelectorAll('[data-text]')].flatMap((host) => {
    const walked = texts.get(host);
    return walked ? [{ host, walked }] : [];
  });

/** The text of the tokens that the selection touches, without the lines' ends; one line for each text. */
export function selectedText(region: Element): string | null {
  const selection = getSelection();
  if (!selection || selection.isCollapsed) return null;
  const parts = textsIn(region).flatMap(({ host, walked }) => {
    const spans = [...host.querySelectorAll<HTMLElement>('[data-token]')];
    const tokens = spans.filter((s) => selection.containsNode(s, true)).map((s) => Number(s.dataset.token));
    return tokens.length > 0 ? [walked.textOf(Math.min(...tokens), Math.max(...tokens))] : [];
  });
  return parts.length > 0 ? parts.join('\n') : null;
}
