import { Fragment, memo } from 'react';
import { type Measure, tintOf } from '../../heatmap/measures';
import styles from './Flow.module.css';
import { BREAK_MARK, type Line } from './lines';

interface Props {
  line: Line;
  /** From the region's start, px. */
  top: number;
  measure: Measure;
  values: ArrayLike<number> | null;
  u: ArrayLike<number> | null;
  /** The token of this line that can be tabbed to, or null. */
  focused: number | null;
}

/**
 * One line of tokens. The blank that a token begins with stands before its tint, as words are read; marks are drawn by
 * the style sheet, so that copied text is the response's own.
 */
export const FlowLine = memo(function FlowLine({ line, top, measure, values, u, focused }: Props) {
  return (
    <div className={styles.line} dir={line.rtl ? 'rtl' : 'ltr'} style={{ transform: `translateY(${top}px)` }}>
      {line.fragments.map(({ token, text, look, breaks, x }) => {
        if (token === null) return text;
        const blank = look === 'text' && text.startsWith(' ') ? ' ' : '';
        return (
          <Fragment key={`${token} ${x}`}>
            {blank}
            <span
              data-token={token}
              data-look={look}
              data-u={u?.[token]?.toFixed(4)}
              data-tint={values ? tintOf(values[token], measure) : undefined}
              data-breaks={breaks ? BREAK_MARK : undefined}
              tabIndex={token === focused ? 0 : -1}
            >
              {text.slice(blank.length)}
            </span>
          </Fragment>
        );
      })}
    </div>
  );
});
