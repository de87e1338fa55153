import { useState } from 'react';
import { taskOfModel } from '../../data/tasks';
import { ActionButton } from '../ActionButton';
import { exportModel } from '../actions/exportModel';
import { inspectTrained } from '../actions/inspectTrained';
import { nameShown } from '../models/names';
import { useLab } from '../state/store';
import styles from './Notices.module.css';

/** A run has ended: what came of it, how it is loaded elsewhere, and where it is seen beside what it was. */
export function NextStep() {
  const done = useLab((s) => (s.source === 'live' ? s.snapshot.done : null));
  const config = useLab(({ snapshot: s }) => s.sft?.start.config ?? s.config);
  const supervised = useLab((s) => s.snapshot.sft !== null);
  const [dismissed, setDismissed] = useState<typeof done>(null);
  if (!done || !config || dismissed === done) return null;
  const { model, loraRank } = config;
  const kind = loraRank > 0 ? 'adapter' : 'model';
  return (
    <section className={styles.next} aria-label="Next">
      <div className={styles.offer}>
        <p>
          <strong>The {kind} is trained.</strong> Keep it, or see token by token what it has become.
        </p>
        <div className={styles.buttons}>
          <ActionButton action={exportModel} primary>
            Download the {kind}
          </ActionButton>
          <ActionButton action={inspectTrained} />
          <button type="button" aria-label="Dismiss the next step" onClick={() => setDismissed(done)}>
            Dismiss
          </button>
        </div>
      </div>
      {/* Over rollouts their place would push what stands there. */}
      <details open={supervised}>
        <summary>Lines of Python that load it</summary>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling box must be reachable by keyboard */}
        <pre tabIndex={0}>{loadingLines(model, loraRank > 0)}</pre>
      </details>
    </section>
  );
}

/** Lines of Python that load what was downloaded, once it is unpacked where Python is started. */
export function loadingLines(model: string, adapter: boolean): string {
  const name = adapter ? 'antisd-adapter' : 'antisd-model';
  const lines = [`# unzip ${name}.zip -d ${name}`, 'from transformers import AutoModelForCausalLM, AutoTokenizer'];
  if (!adapter)
    return [
      ...lines,
      `model = AutoModelForCausalLM.from_pretrained("${name}")`,
      `tokenizer = AutoTokenizer.from_pretrained("${name}")`,
    ].join('\n');
  const { base, revision, where } = baseOf(model);
  const named = `base${revision === null ? '' : `, revision=${JSON.stringify(revision)}`}`;
  return [
    ...lines,
    'from peft import PeftModel',
    `base = ${JSON.stringify(base)}${where && `  # ${where}`}`,
    `model = AutoModelForCausalLM.from_pretrained(${named})`,
    `model = PeftModel.from_pretrained(model, "${name}")`,
    `tokenizer = AutoTokenizer.from_pretrained(${named})`,
  ].join('\n');
}

/** What Python finds the base model by: a Hub id as it is, at its revision; anything else by a folder that the reader has. */
function baseOf(model: string): { base: string; revision: string | null; where: string } {
  if (taskOfModel(model)) return { base: `public/models/${model}`, revision: null, where: 'of the lab’s repository' };
  const hub = /^([\w.-]+\/[\w.-]+)(?:@([^@]+))?$/.exec(model);
  if (hub) return { base: hub[1], revision: hub[2] ?? null, where: '' };
  return { base: nameShown(model), revision: null, where: 'where the model’s folder lies' };
}
