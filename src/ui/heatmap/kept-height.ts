/**
 * While a rollout is written its row stays as high as it was with the text before and shows the newest lines, so that the
 * rows below do not move with every line that comes. Heights come from one observer: asking each row for its own would lay
 * the page out once a row.
 */
import { type RefObject, useLayoutEffect } from 'react';

/** Heights of whole texts, px. */
const heights = new WeakMap<Element, number>();
const isGrowing = (element: Element): boolean => element.hasAttribute('data-growing');

const observer =
  typeof ResizeObserver === 'undefined'
    ? null
    : new ResizeObserver((entries) => {
        for (const { target, contentRect } of entries) if (!isGrowing(target)) heights.set(target, contentRect.height);
      });

/** Keeps a row's height while its text is not `whole`; one that had no text before has the style sheet's. */
export function useKeptHeight(box: RefObject<HTMLElement | null>, whole: boolean): void {
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    observer?.observe(element);
    return () => observer?.unobserve(element);
  }, [box]);
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const kept = whole ? undefined : heights.get(element);
    element.style.height = kept ? `${kept}px` : '';
  }, [box, whole]);
}

/** Scrolls what is written in `region` to its newest line: all rows at once, those on screen only. */
export function showNewest(region: Element): void {
  for (const box of region.querySelectorAll('[data-growing]'))
    if (box.checkVisibility?.({ contentVisibilityAuto: true }) ?? true) box.scrollTop = box.scrollHeight;
}
