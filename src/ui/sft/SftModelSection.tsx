import { builtInLabel, EXAMPLE_SETS, NATIVE_TASK } from '../../data/tasks';
import type { SftConfig } from '../../settings/settings-sft';
import { changeSftSetting } from '../actions/changeSftSetting';
import { chooseSftModel } from '../actions/chooseSftModel';
import { takeOwnFiles } from '../actions/takeOwnFiles';
import { CachedList } from '../models/CachedList';
import { DataPicker } from '../models/DataPicker';
import { HubFields } from '../models/HubFields';
import { ModelFacts } from '../models/ModelFacts';
import { ModelPicker } from '../models/ModelPicker';
import { nameShown } from '../models/names';
import styles from '../models/Section.module.css';
import { confirmName } from '../models/shelf';
import { useModels } from '../models/store';
import { useLooking } from '../models/useLooking';
import { useLab } from '../state/store';
import { DataPreview } from './DataPreview';
import { type SftForm, sftConfigOf } from './form';

const SETS = EXAMPLE_SETS.map((set) => [set.name, builtInLabel(set)] as const);

/** The configuration to plan for: once the data are known, their longest example takes the memory, not the longest allowed. */
function planned(config: SftConfig | null, preview: SftForm['preview']): SftConfig | null {
  return config && preview && 'longest' in preview ? { ...config, maxLength: preview.longest } : config;
}

/** Which model is trained on which examples, and what it would learn from them. */
export function SftModelSection({ busy }: { busy: boolean }) {
  const draft = useLab((s) => s.sft.draft);
  const { model, data } = draft;
  useLooking(
    planned(
      sftConfigOf(draft),
      useLab((s) => s.sft.preview),
    ),
  );
  const cached = useModels((s) => s.cached);
  const dropped = useModels((s) => s.dropped);
  return (
    <details className={styles.section} open>
      <summary>
        {nameShown(model)} on {nameShown(data)}
      </summary>
      <div className={styles.body}>
        <ModelPicker
          label="Model"
          kind="model"
          value={model}
          onChange={(name) => chooseSftModel(name ?? NATIVE_TASK.model)}
          cached={cached ?? []}
          dropped={dropped}
          onFiles={takeOwnFiles}
          disabled={busy}
        />
        <DataPicker
          label="Examples"
          value={data}
          builtIn={SETS}
          onChange={(name) => {
            confirmName(name);
            changeSftSetting('data', name);
          }}
          dropped={dropped}
          onFiles={takeOwnFiles}
          disabled={busy}
        />
        <p className={styles.caption}>
          {EXAMPLE_SETS.find((set) => set.name === data)?.doc ??
            'Conversations, or prompts and completions, as .jsonl, .json or .parquet. Files can be dropped anywhere on the page; they stay on this computer.'}
        </p>
        <div className={styles.preview}>
          <DataPreview />
        </div>
        <ModelFacts name={model} onTake={(setting, text) => changeSftSetting(setting, text)} />
        <CachedList />
        <HubFields />
      </div>
    </details>
  );
}
