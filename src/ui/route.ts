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

/** A word on a hash that names no page, or null. */
export function ignoredIn(hash: string): string | null {
  const name = nameIn(hash);
  if (name === '' || isPage(name)) return null;
  return `The address names no page of the lab: “#${excerpt(name)}” was ignored.`;
}
