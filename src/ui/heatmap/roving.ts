/** One token of the heatmap is in the tab order; arrow keys move on from it. */

/** Makes sure that exactly one token can be tabbed to. */
export function keepOneTabStop(region: HTMLElement): void {
  if (region.querySelector('[data-rollout] > span[tabindex="0"]')) return;
  const first = region.querySelector<HTMLElement>('[data-rollout] > span');
  if (first) first.tabIndex = 0;
}

export function moveTabStop(region: HTMLElement, to: HTMLElement): void {
  for (const span of region.querySelectorAll<HTMLElement>('[data-rollout] > span[tabindex="0"]')) span.tabIndex = -1;
  to.tabIndex = 0;
}

/** The token that an arrow key leads to from `span`, or null for other keys and at the edges. */
export function neighbour(region: HTMLElement, span: HTMLElement, key: string): HTMLElement | null {
  const row = span.parentElement as HTMLElement;
  if (key === 'Home') return row.firstElementChild as HTMLElement | null;
  if (key === 'End') return row.lastElementChild as HTMLElement | null;
  if (key === 'ArrowRight' || key === 'ArrowLeft') {
    const next = key === 'ArrowRight' ? span.nextElementSibling : span.previousElementSibling;
    return (next as HTMLElement | null) ?? edgeOfRow(region, row, key === 'ArrowRight' ? 1 : -1);
  }
  if (key === 'ArrowDown' || key === 'ArrowUp') return inNextRow(region, row, span, key === 'ArrowDown' ? 1 : -1);
  return null;
}

function rowBeside(region: HTMLElement, row: HTMLElement, by: 1 | -1): HTMLElement | undefined {
  const rows = [...region.querySelectorAll<HTMLElement>('[data-rollout]')].filter((r) => r.firstElementChild);
  return rows[rows.indexOf(row) + by];
}

function edgeOfRow(region: HTMLElement, row: HTMLElement, by: 1 | -1): HTMLElement | null {
  const next = rowBeside(region, row, by);
  return ((by === 1 ? next?.firstElementChild : next?.lastElementChild) as HTMLElement | undefined) ?? null;
}

/** The token of the row above or below that has the same place in it. */
function inNextRow(region: HTMLElement, row: HTMLElement, span: HTMLElement, by: 1 | -1): HTMLElement | null {
  const next = rowBeside(region, row, by);
  if (!next) return null;
  const place = [...row.children].indexOf(span);
  return next.children[Math.min(place, next.children.length - 1)] as HTMLElement;
}
