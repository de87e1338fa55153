/**
 * While a rollout is written its row is at least as high as it was with the text before, so that the rows below move only
 * where a text outgrows the last one. Heights come from one observer: asking each row for its own would lay the page out
 * once a row.
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

/** Keeps a row's height while its text is not `whole`; one that had no text before grows from a line. */
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
    element.style.minHeight = kept ? `${kept}px` : '';
  }, [box, whole]);
}
