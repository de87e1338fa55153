/**
 * Which page is on screen: the part of the address after #, up to the first ?. What follows the ? belongs to the page.
 * The training settings stay where they were, in the query before the #, so that older links open as before.
 */
import { excerpt } from '../data/visible';

export const PAGES = { train: 'Train', inspect: 'Inspect', compare: 'Compare', learn: 'Learn' } as const;
export type PageName = keyof typeof PAGES;

const nameIn = (hash: string): string => hash.replace(/^#/, '').split('?', 1)[0];
const isPage = (name: string): name is PageName => Object.hasOwn(PAGES, name);

/** The page of an address' hash; `train` where it names none. */
export function pageOf(hash: string): PageName {
  const name = nameIn(hash);
  return isPage(name) ? name : 'train';
}

/** What a page reads behind its ?. The inspector's link says itself what is wrong with it. */
const READ: Readonly<Record<PageName, readonly string[] | null>> = {
  ...{ train: [], compare: [], inspect: null },
  learn: ['chapter', 'class', 'ask'],
};

/** A word on what a hash names and no page reads, or null. */
export function ignoredIn(hash: string): string | null {
  const name = nameIn(hash);
  if (name !== '' && !isPage(name)) return `The address names no page of the lab: “#${excerpt(name)}” was ignored.`;
  const read = READ[pageOf(hash)];
  const asked = new URLSearchParams(read ? hash.split('?').slice(1).join('?') : '');
  const unknown = [...asked.keys()].find((key) => !read?.includes(key));
  return unknown === undefined
    ? null
    : `The address asks for “${excerpt(unknown)}”, which this page does not know: it was ignored.`;
}
