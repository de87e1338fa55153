/**
 * Which page is on screen: the part of the address after #, up to the first ?. What follows the ? belongs to the page.
 * The training settings stay where they were, in the query before the #, so that older links open as before.
 */
import { useSyncExternalStore } from 'react';

export const PAGES = { train: 'Train', inspect: 'Inspect' } as const;
export type PageName = keyof typeof PAGES;

/** The page of an address' hash; `train` where it names none. */
export function pageOf(hash: string): PageName {
  const [name] = hash.replace(/^#/, '').split('?');
  return name in PAGES ? (name as PageName) : 'train';
}

function subscribe(changed: () => void): () => void {
  addEventListener('hashchange', changed);
  return () => removeEventListener('hashchange', changed);
}

/** The page on screen; follows links, the address bar and the back button. */
export const usePage = (): PageName => useSyncExternalStore(subscribe, () => pageOf(location.hash));
