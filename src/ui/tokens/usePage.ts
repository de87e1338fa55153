/** The width, line height and letters of an element that text is laid out in; new when any of them changes. */
import { type RefObject, useLayoutEffect, useState } from 'react';
import type { TextWidth } from './lines';

export interface Page {
  /** Room for a line, px. */
  readonly width: number;
  /** px */
  readonly leading: number;
  readonly textWidth: TextWidth;
}

/** Text is measured apart from its neighbours; joined letters and rounding may need this much more, px. */
const SLACK = 4;
/** Until the element is there: widths in letters. */
const UNKNOWN: Page = { width: 80, leading: 24, textWidth: (text) => text.length };

export function usePage(region: RefObject<HTMLElement | null>): Page {
  const [page, setPage] = useState(UNKNOWN);
  useLayoutEffect(() => {
    const element = region.current;
    if (!element) return;
    const update = (): void => {
      const width = element.clientWidth - SLACK;
      if (width > SLACK) setPage((now) => (now.width === width ? now : pageOf(element, width)));
    };
    const observer = new ResizeObserver(update);
    observer.observe(element);
    update();
    // The first measures may have been taken with a fallback font.
    let over = false;
    void document.fonts?.ready.then(() => !over && setPage(pageOf(element, element.clientWidth - SLACK)));
    return () => {
      over = true;
      observer.disconnect();
    };
  }, [region]);
  return page;
}

function pageOf(element: HTMLElement, width: number): Page {
  const { lineHeight, fontSize, fontFamily } = getComputedStyle(element);
  return { width, leading: Number.parseFloat(lineHeight), textWidth: widthIn(`${fontSize} ${fontFamily}`) };
}

/** Widths in a font, each text measured once. */
export function widthIn(font: string): TextWidth {
  const context = document.createElement('canvas').getContext('2d');
  const known = new Map<string, number>();
  if (context) context.font = font;
  return (text) => {
    let width = known.get(text);
    if (width === undefined) {
      width = context?.measureText(text).width ?? text.length;
      known.set(text, width);
    }
    return width;
  };
}
