import { signed } from '../../format';
import { Legend } from '../../heatmap/Legend';
import { MeasureButtons } from '../../heatmap/MeasureButtons';
import { LayerPicture } from '../layers/LayerPicture';
import styles from '../layers/Layers.module.css';
import { ResponseByLayer, TokenByLayer } from '../layers/LayerTables';
import { describeRows, layerMeasures } from '../layers/measures';
import { isAsked, layersKey, useInspector } from '../store';
import { useView, type View } from '../view';
import tabs from './Tabs.module.css';

/** Where in the network the solution shows: the response read out of every layer. */
export function LayersTab() {
  const view = useView();
  const reading = useInspector((s) => (s.layers?.key === layersKey(s) ? s.layers.reading : null));
  const working = useInspector((s) => isAsked(s, 'layers'));
  if (!view || !reading)
    return (
      <p className={tabs.empty}>
        {working ? 'The response is read out of every layer …' : 'Every layer shows once the response is scored.'}
      </p>
    );
  return <Reading view={view} reading={reading} />;
}

type Read = NonNullable<ReturnType<typeof useInspector.getState>['layers']>['reading'];

function Reading({ view, reading }: { view: View; reading: Read }) {
  const chosen = useInspector((s) => s.layerMeasure);
  const token = useInspector((s) => Math.min(s.focused, view.count - 1));
  const layer = useInspector((s) => Math.min(s.layer ?? reading.u.length - 1, reading.u.length - 1));
  const measures = layerMeasures(reading);
  const name = chosen in measures ? chosen : 'u';
  const measure = measures[name];
  if (!measure) return null;
  const rows = measure.rows(reading);
  return (
    <>
      <MeasureButtons
        measures={measures}
        chosen={name}
        onChoose={(layerMeasure) => useInspector.setState({ layerMeasure })}
      />
      <Legend measure={measure} />
      <LayerPicture
        rows={rows}
        measure={measure}
        label={describeRows(measure.label, rows, view.names)}
        layer={layer}
        token={token}
        onPick={(l, i) => useInspector.setState({ layer: l, focused: i })}
      />
      <p className={styles.said} aria-live="polite">
        Layer {layer + 1} of {rows.length}, token {token + 1} of {view.count}, {view.names[token]}: {measure.label}{' '}
        {measure.scale === 'both' ? signed(rows[layer][token]) : rows[layer][token].toFixed(2)} nats
      </p>
      <div className={tabs.halves}>
        <TokenByLayer reading={reading} layer={layer} token={token} name={view.names[token]} />
        <ResponseByLayer reading={reading} layer={layer} />
      </div>
    </>
  );
}
