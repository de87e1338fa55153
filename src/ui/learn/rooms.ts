/** What stands beside the chapters: under the hood, and the page for teachers. */
import { lazy } from 'react';
import { chapterIn } from './chapters';

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

/** The room that the address names in a chapter's place, or null. */
function roomIn(hash: string): RoomName | null {
  const name = new URLSearchParams(hash.split('?')[1] ?? '').get('chapter');
  return ROOM_NAMES.find((room) => room === name) ?? null;
}

export const addressOfRoom = (name: RoomName): string => `#learn?chapter=${name}`;
