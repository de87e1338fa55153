/**
 * What a teacher asks of a class, as a link carries it: the settings in the query, as in every link, and behind the # the
 * class and its chapters: `?arm=grpo&seed=7#learn?class=10b&ask=write,hint`.
 */

import * as v from 'valibot';
import { create } from 'zustand';
import { BOUNDS } from '../../../data/bounds';
import { remember, remembered } from '../../remembered';
import { CHAPTER_IDS, type ChapterId } from '../answers';

/** A name as it is shown and handed in: short, without what turns a line's direction or shows nothing. */
export const nameSchema = v.pipe(
  v.string(),
  v.transform((text) => text.replace(/[\p{Cc}\p{Cf}]/gu, '').trim()),
  v.minLength(1),
  v.maxLength(BOUNDS.className),
);

export const taskSchema = v.object({
  name: nameSchema,
  chapters: v.pipe(v.array(v.picklist(CHAPTER_IDS)), v.minLength(1)),
  /** Settings of the run that all begin with, as a query; '' for the lab's own. */
  query: v.pipe(v.string(), v.maxLength(BOUNDS.classQuery)),
});
export type ClassTask = v.InferOutput<typeof taskSchema>;

/** What the address asks; null where it is no class' link. */
export function taskIn({ search, hash }: Pick<Location, 'search' | 'hash'>): ClassTask | null {
  const asked = new URLSearchParams(hash.split('?')[1] ?? '');
  const name = asked.get('class');
  if (name === null) return null;
  const ids = (asked.get('ask') ?? '').split(',').filter(isChapter);
  const chapters = ids.length > 0 ? CHAPTER_IDS.filter((id) => ids.includes(id)) : [...CHAPTER_IDS];
  const task = v.safeParse(taskSchema, { name, chapters, query: search.replace(/^\?/, '') });
  return task.success ? task.output : null;
}

const isChapter = (id: string): id is ChapterId => (CHAPTER_IDS as readonly string[]).includes(id);

/** The link, below the page's folder. All chapters need no naming. */
export function addressOfTask({ name, chapters, query }: ClassTask): string {
  const asked = new URLSearchParams({ class: name });
  const ask = chapters.length < CHAPTER_IDS.length ? `&ask=${chapters.join(',')}` : '';
  return `${query ? `?${query}` : ''}#learn?${asked}${ask}`;
}

const KEY = 'antisd-class';

/** The class that this browser is in; null where it is in none. */
export const useClass = create<{ readonly task: ClassTask | null }>(() => ({ task: stored() }));

function stored(): ClassTask | null {
  try {
    return v.parse(taskSchema, JSON.parse(remembered(KEY) ?? ''));
  } catch {
    return null; // none, or somebody's hand
  }
}

/** Joins the class of a link, or leaves it with null. */
export function joinClass(task: ClassTask | null): void {
  useClass.setState({ task });
  remember(KEY, task && JSON.stringify(task));
}
