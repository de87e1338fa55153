import { useState } from 'react';
import * as v from 'valibot';
import type { ListedRun, StoredRun } from '../../../runs/stored-runs';
import { configFromQuery, type TrainConfig } from '../../../settings/config';
import { downloadBlob } from '../../download';
import { useLab } from '../../state/store';
import { trainer } from '../../trainer';
import { unless } from '../../unless';
import { useLearnt } from '../answers';
import { Failure } from '../Failure';
import { LabLink } from '../LabLink';
import { useLanguage, useWords } from '../language';
import { fill } from '../markup';
import styles from './Class.module.css';
import { joinClass, nameSchema, useClass } from './class-task';
import { handIn, scoreOf } from './handed-in';

/** The class that this browser is in: what it asks, and the file that is handed in. Nothing is sent anywhere. */
export function HandIn() {
  const task = useClass((s) => s.task);
  const learnt = useLearnt();
  const runs = useLab((s) => s.runs);
  const { klass } = useWords();
  const language = useLanguage();
  const [learner, setLearner] = useState('');
  const [run, setRun] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  if (!task) return null;
  const name = v.safeParse(nameSchema, learner);
  const hand = async (): Promise<void> => {
    if (!name.success) return;
    try {
      const archive = run ? await trainer.call({ type: 'pack-run', run }) : null;
      const answers = { version: 1 as const, learner: name.output, task, at: new Date().toISOString(), learnt };
      const file = await handIn(answers, archive && { id: run, archive });
      downloadBlob(`${fileName(`${task.name} ${name.output}`)}.zip`, file);
      setProblem(null);
    } catch (error) {
      setProblem((error as Error).message);
    }
  };
  const { right, of } = scoreOf({ task, learnt });
  const settings = settingsIn(task.query);
  return (
    <section className={styles.class} aria-label={klass.title}>
      <h3>{fill(klass.of, { name: task.name })}</h3>
      <p>{fill(klass.done, { right, of })}</p>
      {settings && (
        <p>
          <LabLink to={settings}>{klass.begin}</LabLink>
        </p>
      )}
      <label className={styles.field}>
        <span>{klass.yourName}</span>
        <input value={learner} maxLength={60} autoComplete="off" onChange={({ target }) => setLearner(target.value)} />
      </label>
      <label className={styles.field}>
        <span>{klass.run}</span>
        <select value={run} onChange={({ target }) => setRun(target.value)}>
          <option value="">{klass.noRun}</option>
          {(runs ?? []).filter(isWhole).map(({ id, label, created }) => (
            <option key={id} value={id}>
              {label}, {new Date(created).toLocaleString(language)}
            </option>
          ))}
        </select>
      </label>
      <div className={styles.buttons}>
        <button
          type="button"
          data-primary
          {...unless(name.success ? null : klass.nameFirst)}
          onClick={() => void hand()}
        >
          {klass.handIn}
        </button>
        <button type="button" onClick={() => joinClass(null)}>
          {klass.leave}
        </button>
      </div>
      <Failure why={problem} />
      <p className={styles.quiet}>{klass.stays}</p>
    </section>
  );
}

/** Null where the link's settings cannot be used. */
function settingsIn(query: string): TrainConfig | null {
  try {
    return configFromQuery(query);
  } catch {
    return null;
  }
}

const isWhole = (run: ListedRun): run is StoredRun => !('broken' in run);

const fileName = (text: string): string => text.replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-|-$/g, '');
