/** What the picture of the layers can show. */
import type { LayerReading } from '../../../inspect/types';
import { MEASURES, type Measure } from '../../heatmap/measures';

export type LayerMeasureName = 'u' | 'H_S' | 'H_T' | 'I';

export interface LayerMeasure extends Omit<Measure, 'of'> {
  /** A row a layer, the first layer first. */
  rows(reading: LayerReading): readonly Float32Array[];
}

/** Early layers hardly know what comes: their entropies are far above those of the last. */
const ENTROPY_DOMAIN = 4;

/** The measures that a reading has. */
export function layerMeasures({ contexts }: LayerReading): Partial<Record<LayerMeasureName, LayerMeasure>> {
  const bound = Math.log(contexts);
  const { u, H_S, H_T } = MEASURES;
  const I: LayerMeasure = {
    label: 'I',
    doc: `what the state that predicts the token tells about c, compared with ${contexts - 1} other contexts (InfoNCE, at most log ${contexts} = ${bound.toFixed(2)})`,
    unit: 'nats',
    domain: bound,
    scale: 'both',
    ends: ['nothing', 'all'],
    rows: (r) => r.information ?? [],
  };
  return {
    u: { ...u, doc: `${u.doc}, read out of every layer`, rows: (r) => r.u },
    H_S: { ...H_S, domain: ENTROPY_DOMAIN, rows: (r) => r.H_S },
    H_T: { ...H_T, domain: ENTROPY_DOMAIN, rows: (r) => r.H_T },
    ...(contexts > 1 && { I }),
  };
}

/** Where the rows are largest in size, in words, for those who do not see the picture. */
export function describeRows(label: string, rows: readonly Float32Array[], names: readonly string[]): string {
  let [layer, token] = [0, 0];
  rows.forEach((row, l) => {
    row.forEach((x, i) => {
      if (Math.abs(x) > Math.abs(rows[layer][token])) [layer, token] = [l, i];
    });
  });
  const most = rows[layer][token].toFixed(2);
  return `${label} of ${names.length} tokens in ${rows.length} layers, the last on top; largest ${most} in layer ${layer + 1} at token ${token + 1}, ${names[token]}. The tables below have the numbers.`;
}
