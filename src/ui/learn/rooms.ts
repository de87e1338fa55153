/** What stands beside the chapters: under the hood, and the page for teachers. */
import { lazy } from 'react';
import { excerpt } from '../../data/visible';
import { CHAPTERS, chapterIn } from './chapters';
import { taskIn } from './class/class-task';

export const ROOMS = {
  hood: lazy(() => import('./hood/Hood')),
  teacher: lazy(() => import('./class/Teacher')),
} as const;
export type RoomName = keyof typeof ROOMS;
export const ROOM_NAMES = Object.keys(ROOMS) as readonly RoomName[];

/** A chapter by its number, or a room. */
export interface Place {
  readonly at: number | null;
  readonly room: RoomName | null;
}

export function placeIn(hash: string): Place {
  const room = roomIn(hash);
  return room ? { at: null, room } : { at: chapterIn(hash), room };
}

/** A word on what the address asks of the lessons where there is no such thing, or null. */
export function ignoredOf({ search, hash }: Pick<Location, 'search' | 'hash'>): string | null {
  const asked = new URLSearchParams(hash.split('?')[1] ?? '');
  const names = [asked.get('chapter'), ...(asked.get('ask')?.split(',') ?? [])].filter((name) => name !== null);
  const there: readonly string[] = [...CHAPTERS.map(({ id }) => id), ...ROOM_NAMES];
  const unknown = names.find((name) => name !== '' && !there.includes(name));
  if (unknown !== undefined)
    return `The address asks for a chapter “${excerpt(unknown)}”, which there is not: it was ignored.`;
  if (!asked.has('class') || taskIn({ search, hash })) return null;
  return 'The address invites to a class without a name, or with a name or settings that are too long: it was ignored.';
}

/** The room that the address names in a chapter's place, or null. */
function roomIn(hash: string): RoomName | null {
  const name = new URLSearchParams(hash.split('?')[1] ?? '').get('chapter');
  return ROOM_NAMES.find((room) => room === name) ?? null;
}

export const addressOfRoom = (name: RoomName): string => `#learn?chapter=${name}`;
