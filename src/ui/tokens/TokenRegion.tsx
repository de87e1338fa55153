import {
  type ClipboardEvent,
  type KeyboardEvent,
  type ReactNode,
  type SyntheticEvent,
  useLayoutEffect,
  useRef,
} from 'react';
import { keepOneTabStop, moveTabStop, selectedText, type TokenPlace, tokenAt, walk } from './walk';

interface Props {
  label: string;
  className?: string;
  /** Whether it scrolls, and so must be reachable by keyboard itself. */
  scrolls?: boolean;
  /** A token is focused or clicked. */
  onFocus(at: TokenPlace): void;
  /** A token is pointed at; null where none is. */
  onPoint(at: TokenPlace | null): void;
  children: ReactNode;
}

/** Where tokens can be pointed at, walked through and copied: one tab stop, whatever number of TokenTexts it holds. */
export function TokenRegion({ label, className, scrolls, onFocus, onPoint, children }: Props) {
  const region = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    if (region.current) keepOneTabStop(region.current);
  });
  const take = (event: SyntheticEvent): void => {
    const at = tokenAt(event.target);
    if (!at || !region.current) return;
    moveTabStop(region.current, event.target);
    onFocus(at);
  };
  const onKey = (event: KeyboardEvent): void => {
    if (region.current && walk(region.current, event.target, event.key)) event.preventDefault();
  };
  const onCopy = (event: ClipboardEvent): void => {
    const text = region.current && selectedText(region.current);
    if (text === null) return;
    event.preventDefault();
    event.clipboardData.setData('text/plain', text);
  };
  return (
    <section
      ref={region}
      className={className}
      aria-label={label}
      tabIndex={scrolls ? 0 : undefined}
      onPointerOver={(event) => onPoint(tokenAt(event.target))}
      onPointerLeave={() => onPoint(null)}
      onFocus={take}
      onClick={take}
      onKeyDown={onKey}
      onCopy={onCopy}
    >
      {children}
    </section>
  );
}
