import { defaultRangeExtractor, type Range, useVirtualizer } from '@tanstack/react-virtual';
import { memo, useCallback, useLayoutEffect, useMemo, useRef } from 'react';
import { type Line, layOut, tokenFrom } from './lines';
import { type Marks, Painter } from './painter';
import { type Piece, textOf } from './pieces';
import tints from './Tints.module.css';
import styles from './TokenText.module.css';
import { usePage } from './usePage';
import { moveTabStop, registerText } from './walk';

/** Lines that are drawn beyond either edge, so that a quick scroll finds them there. */
const OVERSCAN = 10;

/** A long text, which fills its TokenRegion alone. */
export interface Ruled {
  readonly pieces: readonly Piece[];
  readonly count: number;
  readonly marks: Marks;
  readonly focused: number;
  /** Keep the end in sight: text is being written. */
  readonly follow: boolean;
  onFocus(token: number): void;
}

/** A text in lines of one height, of which only those on screen are in the document. Its parent is what scrolls. */
export function RuledText({ pieces, count, marks, focused, follow, onFocus }: Ruled) {
  const host = useRef<HTMLDivElement>(null);
  const page = usePage(host);
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
    getScrollElement: () => host.current?.parentElement ?? null,
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
    if (!host.current) return;
    registerText(host.current, {
      count,
      next: (token, key) => tokenFrom(layout, token, key),
      focus: (token) => {
        wanted.current = token;
        onFocus(token);
      },
      textOf: (first, last) => textOf(pieces, first, last),
    });
    const span = host.current.querySelector<HTMLElement>(`[data-token="${focused}"]`);
    if (!span) return;
    moveTabStop(host.current, span);
    if (wanted.current !== focused) return;
    span.focus({ preventScroll: true });
    wanted.current = null;
  });
  return (
    <div
      ref={host}
      className={`${styles.lines} ${tints.tints}`}
      data-text={0}
      data-scale={marks.scale.scale}
      style={{ height: virtual.getTotalSize() }}
    >
      {virtual.getVirtualItems().map(({ index, start }) => (
        <RuledLine key={index} line={layout.lines[index]} top={start} marks={marks} />
      ))}
    </div>
  );
}

interface LineProps {
  line: Line;
  /** From the text's start, px. */
  top: number;
  marks: Marks;
}

const RuledLine = memo(function RuledLine({ line, top, marks }: LineProps) {
  const host = useRef<HTMLDivElement>(null);
  const painter = useRef<Painter>(null);
  useLayoutEffect(() => {
    if (!host.current) return;
    painter.current ??= new Painter(host.current, true);
    painter.current.truncate(0);
    painter.current.append(line.fragments);
  }, [line]);
  useLayoutEffect(() => painter.current?.mark(marks));
  return (
    <div
      ref={host}
      className={styles.line}
      dir={line.rtl ? 'rtl' : 'ltr'}
      style={{ transform: `translateY(${top}px)` }}
    />
  );
});
