import { useEffect, useState } from 'react';
import { NATIVE_TASK, TASK_CHOICES, taskOfModel, taskRow } from '../../data/tasks';
import { changeSetting } from '../actions/changeSetting';
import { chooseModel, chooseTask } from '../actions/chooseModel';
import { setUpOwnModel } from '../actions/setUpOwnModel';
import { tasksOwner } from '../actions/startRun';
import { takeOwnFiles } from '../actions/takeOwnFiles';
import { perform } from '../hooks';
import { configOf } from '../state/draft';
import { useLab } from '../state/store';
import { CachedList } from './CachedList';
import { DataPicker } from './DataPicker';
import { HubFields } from './HubFields';
import { ModelFacts } from './ModelFacts';
import { ModelPicker } from './ModelPicker';
import { nameShown } from './names';
import styles from './Section.module.css';
import { hostOf, mayRead, useModels } from './store';
import { useLooking } from './useLooking';

/** Which model is trained on what, and what that takes, before anything is downloaded. */
export function ModelSection({ busy }: { busy: boolean }) {
  const { model, task } = useLab((s) => s.draft);
  const cached = useModels((s) => s.cached);
  const dropped = useModels((s) => s.dropped);
  const offered = useLab(setUpOwnModel.enabled);
  const host = useModels((s) => (mayRead(s, task) ? null : hostOf(s, task)));
  useLooking(configOf(useLab((s) => s.draft)));
  const [open, setOpen] = useState(false);
  const owner = tasksOwner({ model, task });
  const missing = owner !== null;
  useEffect(() => {
    if (taskOfModel(model) === null || missing) setOpen(true); // it was chosen, perhaps by a drop: here is what it takes; or it is to be
  }, [model, missing]);
  return (
    <details className={styles.section} open={open} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>Model: {nameShown(model)}</summary>
      <div className={styles.body}>
        {missing && (
          <p className={styles.problem} role="status">
            Choose a model for this task: {model} knows the words of {owner} only. A folder or a .gguf file of yours, or
            a Hub id such as Qwen/Qwen3-0.6B.
          </p>
        )}
        <ModelPicker
          label="Model"
          kind="model"
          value={model}
          onChange={(name) => chooseModel(name ?? NATIVE_TASK.model)}
          cached={cached ?? []}
          dropped={dropped}
          onFiles={takeOwnFiles}
          disabled={busy}
        />
        <DataPicker
          label="Task"
          value={task}
          builtIn={TASK_CHOICES}
          onChange={chooseTask}
          dropped={dropped}
          onFiles={takeOwnFiles}
          disabled={busy}
        />
        {host !== null && (
          <p className={styles.caption}>
            The problems lie on {host}, which alone knows their size. They are fetched when a run begins, not before.
          </p>
        )}
        <ModelFacts name={model} onTake={(setting, text) => changeSetting(setting, text)} />
        {offered && !busy && (
          <div className={styles.facts}>
            <p className={styles.caption}>
              The form’s task is {taskRow(task)?.label}, which only the lab’s own model for it and models made from that
              know.
            </p>
            <button type="button" onClick={() => perform(setUpOwnModel)}>
              {setUpOwnModel.label}
            </button>
          </div>
        )}
        <p className={styles.caption}>
          Files can also be dropped anywhere on the page: a model’s folder, a .gguf file, an adapter, or problems as
          .jsonl, .json or .parquet. They stay on this computer.
        </p>
        <CachedList />
        <HubFields />
      </div>
    </details>
  );
}
