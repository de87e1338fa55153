import type { MouseEvent } from 'react';

const unheard = (event: MouseEvent): void => {
  event.preventDefault();
  event.stopPropagation();
};

/**
 * Attributes of a button that cannot be used while there is a reason, which it tells. It keeps the focus, so that who goes by
 * keys is not sent back to the page's beginning, and can be asked for the reason.
 */
export const unless = (why: string | null | undefined) =>
  typeof why === 'string' ? ({ 'aria-disabled': true, title: why || undefined, onClickCapture: unheard } as const) : {};
