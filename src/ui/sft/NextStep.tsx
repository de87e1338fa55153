import { exportModel } from '../actions/exportModel';
import { perform } from '../hooks';
import { nameShown } from '../models/names';
import { useLab } from '../state/store';
import styles from './SftCentre.module.css';

/** A supervised run has ended: what came of it, how it is loaded elsewhere, and where it can be looked at. */
export function NextStep() {
  const ended = useLab((s) => s.source === 'live' && s.snapshot.done !== null);
  const start = useLab((s) => s.snapshot.sft?.start ?? null);
  const possible = useLab(exportModel.enabled);
  if (!ended || !start) return null;
  const { model, loraRank } = start.config;
  const kind = loraRank > 0 ? 'adapter' : 'model';
  return (
    <section className={styles.next} aria-label="Next">
      <h2>The {kind} is trained</h2>
      <p>
        <button type="button" data-primary disabled={!possible} onClick={() => perform(exportModel)}>
          Download the {kind}
        </button>{' '}
        Unpacked, it is loaded by
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling box must be reachable by keyboard */}
      <pre tabIndex={0}>{loadingLines(model, loraRank > 0)}</pre>
      <p>
        To see its tokens one by one, drop the unpacked folder on <a href="#inspect">Inspect</a>. The answers before and
        after are below.
      </p>
    </section>
  );
}

/** Lines of Python that load what was downloaded, unpacked where Python is started. */
export function loadingLines(model: string, adapter: boolean): string {
  const lines = ['from transformers import AutoModelForCausalLM, AutoTokenizer'];
  if (!adapter)
    return [
      ...lines,
      'model = AutoModelForCausalLM.from_pretrained("antisd-model")',
      'tokenizer = AutoTokenizer.from_pretrained("antisd-model")',
    ].join('\n');
  const { base, revision, where } = baseOf(model);
  const named = `base${revision === null ? '' : `, revision=${JSON.stringify(revision)}`}`;
  return [
    ...lines,
    'from peft import PeftModel',
    `base = ${JSON.stringify(base)}${where && `  # ${where}`}`,
    `model = AutoModelForCausalLM.from_pretrained(${named})`,
    'model = PeftModel.from_pretrained(model, "antisd-adapter")',
    `tokenizer = AutoTokenizer.from_pretrained(${named})`,
  ].join('\n');
}

/** What Python finds the base model by: a Hub id as it is, at its revision; anything else by a folder that the reader has. */
function baseOf(model: string): { base: string; revision: string | null; where: string } {
  if (model === 'nano') return { base: 'public/models/nano', revision: null, where: 'of the lab’s repository' };
  const hub = /^([\w.-]+\/[\w.-]+)(?:@([^@]+))?$/.exec(model);
  if (hub) return { base: hub[1], revision: hub[2] ?? null, where: '' };
  return { base: nameShown(model), revision: null, where: 'where the model’s folder lies' };
}
