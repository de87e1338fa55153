import { defaultRangeExtractor, type Range, useVirtualizer } from '@tanstack/react-virtual';
import {
  type ClipboardEvent,
  type KeyboardEvent,
  type SyntheticEvent,
  useCallback,
  useLayoutEffect,
  useMemo,
  useRef,
} from 'react';
import type { Measure } from '../../heatmap/measures';
import tints from '../../heatmap/Tints.module.css';
import styles from './Flow.module.css';
import { FlowLine } from './FlowLine';
import { layOut, tokenFrom } from './lines';
import type { Piece } from './pieces';
import { usePage } from './usePage';

/** Lines that are drawn beyond either edge, so that a quick scroll finds them there. */
const OVERSCAN = 10;

interface Props {
  pieces: readonly Piece[];
  count: number;
  measure: Measure;
  /** The measure's value and u of every token; null before they are known. */
  values: ArrayLike<number> | null;
  u: ArrayLike<number> | null;
  focused: number;
  /** Keep the end in sight: text is being written. */
  follow: boolean;
  onFocus(token: number): void;
  onPoint(token: number | null): void;
  /** What is copied of these tokens: the text itself, without the lines' ends. */
  textOf?(first: number, last: number): string;
}

/** A response as running text, token by token. Only the lines on screen are in the document. */
export function Flow({ pieces, count, measure, values, u, focused, follow, onFocus, onPoint, textOf }: Props) {
  const region = useRef<HTMLElement>(null);
  const page = usePage(region);
  const layout = useMemo(() => layOut(pieces, count, page.width, page.textWidth), [pieces, count, page]);
  const at = layout.lineOf[focused] ?? 0;
  const withFocused = useCallback(
    (range: Range): number[] => {
      const lines = defaultRangeExtractor(range);
      return at >= range.count || lines.includes(at) ? lines : [...lines, at].sort((a, b) => a - b);
    },
    [at],
  );
  const virtual = useVirtualizer({
    count: layout.lines.length,
    getScrollElement: () => region.current,
    estimateSize: () => page.leading,
    overscan: OVERSCAN,
    rangeExtractor: withFocused, // else the keyboard would lose its place
    useFlushSync: false,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: the sizes are new with the page
  useLayoutEffect(() => virtual.measure(), [page.leading]);
  const wanted = useRef<number | null>(null);
  // Effects run again when the page is shown again, which is no reason to scroll.
  const sought = useRef(at);
  useLayoutEffect(() => {
    if (count > 0 && sought.current !== at) virtual.scrollToIndex(at, { align: 'auto' });
    sought.current = at;
  }, [at, count, virtual]);
  useLayoutEffect(() => {
    if (follow) virtual.scrollToIndex(layout.lines.length - 1, { align: 'end' });
  }, [follow, layout, virtual]);
  useLayoutEffect(() => {
    if (wanted.current === null) return;
    const span = region.current?.querySelector<HTMLElement>(`[data-token="${wanted.current}"]`);
    if (!span) return;
    span.focus({ preventScroll: true });
    wanted.current = null;
  });

  const tokenOf = (event: SyntheticEvent): number | null => {
    const span = (event.target as Element).closest<HTMLElement>('[data-token]');
    return span ? Number(span.dataset.token) : null;
  };
  const take = (event: SyntheticEvent): void => {
    const token = tokenOf(event);
    if (token !== null) onFocus(token);
  };
  const onKey = (event: KeyboardEvent): void => {
    const token = tokenOf(event);
    const next = token === null ? null : tokenFrom(layout, token, event.key);
    if (next === null) return;
    event.preventDefault();
    wanted.current = next;
    onFocus(next);
  };
  const onCopy = (event: ClipboardEvent): void => {
    const selected = textOf && region.current ? selectedTokens(region.current) : [];
    if (!textOf || selected.length === 0) return;
    event.preventDefault();
    event.clipboardData.setData('text/plain', textOf(Math.min(...selected), Math.max(...selected)));
  };

  return (
    <section
      ref={region}
      className={styles.region}
      aria-label="Response, token by token"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
      tabIndex={0}
      onPointerOver={(event) => onPoint(tokenOf(event))}
      onPointerLeave={() => onPoint(null)}
      onFocus={take}
      onClick={take}
      onKeyDown={onKey}
      onCopy={onCopy}
    >
      <div
        className={`${styles.lines} ${tints.tints}`}
        data-scale={measure.scale}
        style={{ height: virtual.getTotalSize() }}
      >
        {virtual.getVirtualItems().map(({ index, start }) => (
          <FlowLine
            key={index}
            line={layout.lines[index]}
            top={start}
            measure={measure}
            values={values}
            u={u}
            focused={layout.lineOf[focused] === index ? focused : null}
          />
        ))}
      </div>
    </section>
  );
}

/** Tokens that the selection touches. */
function selectedTokens(region: HTMLElement): number[] {
  const selection = getSelection();
  if (!selection || selection.isCollapsed) return [];
  const spans = [...region.querySelectorAll<HTMLElement>('[data-token]')];
  return spans.filter((span) => selection.containsNode(span, true)).map((span) => Number(span.dataset.token));
}
