import { useMemo } from 'react';
import { type Chart, draw, NARROW, WIDTH } from '../../report/chart';
import { useNarrow } from '../hooks';
import styles from './ComparePage.module.css';
import { Drawing } from './Drawing';
import { savePng, saveSvg } from './export';

/** A chart with the ways to take it along. */
export function ChartFigure({ chart }: { chart: Chart }) {
  const width = useNarrow() ? NARROW : WIDTH;
  const drawing = useMemo(() => draw({ ...chart, width }), [chart, width]);
  return (
    <figure className={styles.figure}>
      <figcaption title={chart.doc}>
        <span>{chart.title}</span>
        <span className={styles.buttons}>
          <button type="button" aria-label={`${chart.title} as SVG`} onClick={() => saveSvg(chart)}>
            SVG
          </button>
          <button type="button" aria-label={`${chart.title} as PNG`} onClick={() => void savePng(chart)}>
            PNG
          </button>
        </span>
      </figcaption>
      {drawing && <Drawing drawing={drawing} />}
    </figure>
  );
}
