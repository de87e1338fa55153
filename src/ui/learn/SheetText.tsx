import { MEASURES, type Measure } from '../heatmap/measures';
import { TokenRegion } from '../tokens/TokenRegion';
import { TokenText } from '../tokens/TokenText';
import { BLANK, type Sheet } from './bench';
import styles from './SheetText.module.css';

interface Props {
  sheet: Sheet;
  label: string;
  /** What tints the tokens; null leaves them bare. */
  values: ArrayLike<number> | null;
  scale?: Pick<Measure, 'domain' | 'scale'>;
  /** Whether u may be read off the tokens. */
  telling?: boolean;
  onPick(token: number): void;
}

/** A response, token by token, as everywhere in the lab: pointed at, walked through by arrow keys, picked by click or focus. */
export function SheetText({ sheet, label, values, scale = MEASURES.u, telling = true, onPick }: Props) {
  const { tokens, u } = sheet.scored;
  const pick = ({ token }: { token: number }): void => onPick(token);
  return (
    <TokenRegion label={label} className={styles.text} onFocus={pick} onPoint={() => {}}>
      <TokenText tokens={tokens} separator={BLANK} marks={{ values, scale, u: telling ? u : null }} place={0} />
    </TokenRegion>
  );
}
