import {
  type ClipboardEvent,
  type KeyboardEvent,
  type ReactNode,
  type SyntheticEvent,
  useLayoutEffect,
  useRef,
} from 'react';
import { focusPlace, keepOneTabStop, moveTabStop, selectedText, type TokenPlace, tokenAt, walk } from './walk';

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
  const held = useRef<{ readonly element: Element; readonly at: TokenPlace }>(null);
  useLayoutEffect(() => {
    if (!region.current) return;
    keepOneTabStop(region.current);
    // The next step's texts took the place of the token that had the focus: who walks by key goes on from there.
    const { activeElement, body } = document;
    const ours = activeElement === body || activeElement === region.current;
    if (ours && held.current && !held.current.element.isConnected) focusPlace(region.current, held.current.at);
  });
  const take = (event: SyntheticEvent): void => {
    const at = tokenAt(event.target);
    if (!at || !region.current) return;
    moveTabStop(region.current, event.target);
    if (event.type === 'focus') held.current = { element: event.target as Element, at };
    onFocus(at);
  };
  /** What is left is there a moment later; what was replaced is not. */
  const leave = ({ target }: SyntheticEvent): void =>
    queueMicrotask(() => {
      const stays = region.current?.contains(document.activeElement);
      if ((target as Element).isConnected && !stays) held.current = null;
    });
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
      onBlur={leave}
      onClick={take}
      onKeyDown={onKey}
      onCopy={onCopy}
    >
      {children}
    </section>
  );
}
