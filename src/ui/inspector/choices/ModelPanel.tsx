import type { Subject } from '../../../inspect/types';
import type { PlacedFile } from '../../../library/sources/dropped';
import { HubFields } from '../../models/HubFields';
import { ModelPicker } from '../../models/ModelPicker';
import { nameShown } from '../../models/names';
import { useModels } from '../../models/store';
import { chooseComparison, openModel, openOther, takeInspectorFiles, takeOtherFiles } from '../actions/chooseModel';
import { type Compare, NANO, useInspector } from '../store';
import styles from './Choices.module.css';

const COMPARES: Record<Compare, string> = {
  nothing: 'nothing',
  'adapter-off': 'adapter off',
  model: 'another model',
};
const WEIGHT_FORMATS = ['auto', 'f32', 'bf16', 'f16', 'q8', 'q4'];

/** The model that is looked at, its adapter and weight format, and what it is compared with. */
export function ModelPanel() {
  const subject = useInspector((s) => s.subject);
  const other = useInspector((s) => s.otherSubject);
  const compare = useInspector((s) => s.compare);
  const closed = useInspector((s) => s.other === null && s.asked.other === undefined);
  const adapted = useInspector((s) => s.main?.adapter ?? null);
  const warning = useInspector((s) => s.main?.warning ?? (s.compare === 'model' && s.other?.warning));
  return (
    <section className={styles.panel} aria-label="Model">
      <SubjectFields id="inspect" label="Model" subject={subject} onOpen={openModel} onFiles={takeInspectorFiles} />
      {adapted && (
        <p className={styles.note}>
          Adapter of rank {adapted.rank} on {adapted.targets.join(', ')}.
        </p>
      )}
      {warning && (
        <p className={styles.note} role="note">
          {warning}
        </p>
      )}
      <div className={styles.row}>
        <label htmlFor="inspect-compare">Compare</label>
        <select
          id="inspect-compare"
          value={compare}
          onChange={(event) => chooseComparison(event.target.value as Compare)}
        >
          {(Object.keys(COMPARES) as Compare[]).map((name) => (
            <option key={name} value={name} disabled={name === 'adapter-off' && !adapted}>
              with {COMPARES[name]}
            </option>
          ))}
        </select>
      </div>
      {compare === 'model' && (
        <div className={styles.inner}>
          <SubjectFields
            id="inspect-other"
            label="Other model"
            subject={other}
            onOpen={openOther}
            onFiles={takeOtherFiles}
          />
          {closed && (
            <button type="button" className={styles.wide} onClick={() => openOther(other)}>
              Open {nameShown(other.model)}
            </button>
          )}
        </div>
      )}
    </section>
  );
}

interface Props {
  id: string;
  label: string;
  subject: Subject;
  onOpen(subject: Subject): void;
  onFiles(files: PlacedFile[]): void;
}

/** A model with its adapter and weight format; every choice opens it anew. */
function SubjectFields({ id, label, subject, onOpen, onFiles }: Props) {
  const cached = useModels((s) => s.cached) ?? [];
  const dropped = useModels((s) => s.dropped);
  const lists = { cached, dropped, onFiles };
  return (
    <>
      <ModelPicker
        label={label}
        kind="model"
        value={subject.model}
        onChange={(name) => onOpen({ ...subject, model: name ?? NANO.model, adapter: null })}
        {...lists}
      />
      <details className={styles.fold}>
        <summary>
          Adapter: {subject.adapter === null ? 'none' : nameShown(subject.adapter)}; weights: {subject.weightFormat}
        </summary>
        <ModelPicker
          label="Adapter"
          kind="adapter"
          value={subject.adapter}
          onChange={(adapter) => onOpen({ ...subject, adapter })}
          {...lists}
        />
        <div className={styles.row}>
          <label htmlFor={`${id}-format`}>Weight format</label>
          <select
            id={`${id}-format`}
            value={subject.weightFormat}
            onChange={(event) => onOpen({ ...subject, weightFormat: event.target.value })}
          >
            {WEIGHT_FORMATS.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </div>
        <HubFields />
      </details>
    </>
  );
}
