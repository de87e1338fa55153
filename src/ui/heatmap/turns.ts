/**
 * Where steps pass fast their rollouts are drawn over several frames: problems that are on screen at once, the others one a
 * frame. All at once, 64 texts would cost a frame or two of each step.
 */
import { type RefObject, useLayoutEffect, useMemo, useState } from 'react';
import type { ProblemGroup } from './measures';

export interface Drawn {
  readonly group: ProblemGroup;
  /** The step that was scored last when it was drawn. */
  readonly scored: number;
}

/** What `list`, which has an element for each, is to show now of `groups`: all of it, unless steps pass `fast`. */
export function useTurns(
  groups: readonly ProblemGroup[],
  scored: number,
  list: RefObject<HTMLElement | null>,
  fast: boolean,
): readonly Drawn[] {
  const wanted = useMemo(() => groups.map((group) => ({ group, scored })), [groups, scored]);
  const [drawn, draw] = useState<readonly Drawn[]>(wanted);
  useLayoutEffect(() => {
    if (!fast) return draw(wanted);
    const { now, later } = bySight(list.current, wanted.length);
    draw((old) => replaced(old, wanted, now));
    let frame = requestAnimationFrame(function next() {
      const turn = later.shift();
      if (turn === undefined) return;
      draw((old) => replaced(old, wanted, [turn]));
      frame = requestAnimationFrame(next);
    });
    // What comes into sight is of this step.
    const onScroll = ({ target }: Event): void => {
      if (target instanceof Node && target.contains(list.current)) draw(wanted);
    };
    document.addEventListener('scroll', onScroll, { capture: true, passive: true });
    return () => {
      cancelAnimationFrame(frame);
      document.removeEventListener('scroll', onScroll, { capture: true });
    };
  }, [wanted, list, fast]);
  return fast && sameProblems(drawn, wanted) ? drawn : wanted;
}

/** Problems that come into sight where those above them become shorter, px below it. */
const NEAR = 100;

/** Which of the list's first `count` elements can be seen in the box that scrolls it, and which cannot. */
function bySight(list: HTMLElement | null, count: number): { now: number[]; later: number[] } {
  const box = list?.parentElement?.getBoundingClientRect();
  const [top, bottom] = [Math.max(0, box?.top ?? 0), Math.min(innerHeight, box?.bottom ?? 0) + NEAR];
  const [now, later]: [number[], number[]] = [[], []];
  for (let i = 0; i < count; i++) {
    const at = list?.children[i]?.getBoundingClientRect();
    (at && at.bottom > top && at.top < bottom ? now : later).push(i);
  }
  return { now, later };
}

const sameProblems = (a: readonly Drawn[], b: readonly Drawn[]): boolean =>
  a.length === b.length && a.every(({ group }, i) => group.group === b[i].group.group);

/** `old` with some of `wanted`; all of it where they are other problems, or in another order. */
const replaced = (old: readonly Drawn[], wanted: readonly Drawn[], places: readonly number[]): readonly Drawn[] =>
  sameProblems(old, wanted) ? old.map((entry, i) => (places.includes(i) ? wanted[i] : entry)) : wanted;
