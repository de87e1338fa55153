/**
 * Writes a rollout's tokens straight into the DOM. Spans are kept: sampling appends to a row, scoring only sets
 * attributes, so 64 rollouts of 60 tokens change in a few milliseconds.
 */
import { tokenText } from '../format';
import type { Sequence } from '../state/series';
import type { RolloutView } from '../state/snapshot';
import { type Measure, tintOf } from './measures';

/** What stands in a row's element, to tell what must change. */
interface Written {
  rollout: RolloutView | null;
  measure: Measure | null;
  tokens: Sequence<string>;
  spans: HTMLSpanElement[];
}
const written = new WeakMap<HTMLElement, Written>();

/** Writes every row in `region`; `rollouts` is indexed by the rows' data-rollout. Rows that did not change cost nothing. */
export function paintRows(region: HTMLElement, rollouts: readonly RolloutView[], measure: Measure): void {
  for (const host of region.querySelectorAll<HTMLElement>('[data-rollout]')) {
    const rollout = rollouts[Number(host.dataset.rollout)];
    if (rollout) paintTokens(host, rollout, measure);
  }
}

export function paintTokens(host: HTMLElement, rollout: RolloutView, measure: Measure): void {
  const { tokens, signals } = rollout;
  const row = written.get(host) ?? { rollout: null, measure: null, tokens: [], spans: [] };
  if (row.rollout === rollout && row.measure === measure) return;
  if (tokens.length === 0) {
    host.replaceChildren();
    row.spans.length = 0;
  }
  while (row.spans.length > tokens.length) {
    const span = row.spans.pop();
    span?.nextSibling?.remove(); // the blank after it
    span?.remove();
  }
  for (let i = 0; i < tokens.length; i++) {
    if (i >= row.spans.length) {
      const span = document.createElement('span');
      span.tabIndex = -1;
      span.textContent = tokenText(tokens.at(i) ?? '');
      host.append(span, ' ');
      row.spans.push(span);
    } else if (row.tokens.at(i) !== tokens.at(i)) {
      row.spans[i].textContent = tokenText(tokens.at(i) ?? '');
    }
  }
  if (signals) {
    const values = measure.of(signals);
    for (let i = 0; i < tokens.length; i++) {
      row.spans[i].dataset.u = signals.u[i].toFixed(4);
      row.spans[i].dataset.tint = String(tintOf(values[i], measure));
    }
  } else if (row.rollout?.signals) {
    for (const span of row.spans) {
      delete span.dataset.u;
      delete span.dataset.tint;
    }
  }
  written.set(host, { rollout, measure, tokens, spans: row.spans });
}

/** The row element and place of a token span, or null where `target` is none. */
export function tokenAt(target: EventTarget | null): { row: HTMLElement; span: HTMLElement; token: number } | null {
  const span = target instanceof Element ? target.closest<HTMLElement>('[data-rollout] > span') : null;
  const row = span?.parentElement ?? null;
  const token = row ? (written.get(row)?.spans.indexOf(span as HTMLSpanElement) ?? -1) : -1;
  return row && span && token >= 0 ? { row, span, token } : null;
}
