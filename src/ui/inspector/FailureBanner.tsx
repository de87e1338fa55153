import { taskRow } from '../../data/tasks';
import { said } from '../models/names';
import { TokenField } from '../models/TokenField';
import { TroubleBanner } from '../notices/EngineTrouble';
import notices from '../notices/Notices.module.css';
import { chooseTask } from './actions/chooseProblem';
import {
  askContexts,
  askLayers,
  askProblem,
  askPrompts,
  askScore,
  askSearch,
  loadMain,
  loadOther,
  restartInspector,
} from './session';
import { type InspectState, LANES, useInspector } from './store';

type Where = NonNullable<InspectState['failure']>['lane'];

const WHAT: Record<Where, string> = {
  device: 'The GPU cannot be used',
  drop: 'The files cannot be read',
  main: 'The model cannot be opened',
  other: 'The other model cannot be opened',
  problem: 'The problem cannot be made',
  generate: 'No response could be generated',
  prompts: 'The prompts cannot be made',
  score: 'The response cannot be scored',
  compare: 'The comparison failed',
  contexts: 'The contexts cannot be compared',
  layers: 'The layers cannot be read',
  search: 'The search failed',
  evaluate: 'The evaluation cannot go on',
  export: 'Nothing was exported',
  link: 'The link does not work',
};

const AGAIN: Partial<Record<Where, () => void>> = {
  main: loadMain,
  other: loadOther,
  problem: askProblem,
  prompts: askPrompts,
  score: askScore,
  contexts: askContexts,
  layers: askLayers,
  search: askSearch,
};

/** What could not be done, why, and the way on. What was on screen stays. */
export function FailureBanner() {
  const failure = useInspector((s) => s.failure);
  const main = useInspector((s) => s.main);
  const trouble = useInspector((s) => s.trouble);
  const missing = useInspector((s) => (s.engine.state === 'unavailable' ? s.engine.reason : null));
  if (missing !== null)
    return (
      <div className={notices.fault} role="alert">
        <p>
          <strong>Inspecting needs WebGPU, which this browser does not offer here.</strong> {missing}{' '}
          <a href="#train">How to get it</a>
        </p>
      </div>
    );
  if (trouble)
    return (
      <TroubleBanner trouble={trouble} onDismiss={() => useInspector.setState({ trouble: null })}>
        <button type="button" onClick={() => void restartInspector()}>
          Restart the engine
        </button>
      </TroubleBanner>
    );
  if (!failure) return null;
  const again = againOf(failure, main);
  return (
    <div className={notices.fault} role="alert">
      <p>
        <strong>{WHAT[failure.lane]}.</strong> {said(failure.message)}
      </p>
      {failure.kind === 'denied' && <TokenField label="Try again with it" onGiven={again} />}
      <div className={notices.buttons}>
        {again && (
          <button type="button" onClick={again}>
            {main ? 'Try again' : 'Open the model again'}
          </button>
        )}
        {main && failure.lane === 'problem' && <OwnTask task={main.task} />}
        <button type="button" onClick={() => useInspector.setState({ failure: null })}>
          Dismiss
        </button>
      </div>
    </div>
  );
}

const NEEDS_MODEL: readonly Where[] = LANES.filter((lane) => lane !== 'device' && lane !== 'other');

/** Without a model everything begins with opening one; of the same input an open model says the same again. */
function againOf({ lane, kind }: NonNullable<InspectState['failure']>, main: InspectState['main']) {
  if (!NEEDS_MODEL.includes(lane)) return AGAIN[lane];
  if (!main) return loadMain;
  return kind === 'bad-input' && lane !== 'main' ? undefined : AGAIN[lane];
}

/** The way on from a problem in words that the open model does not know. */
function OwnTask({ task }: { task: string }) {
  const chosen = useInspector((s) => s.choice.task);
  if (chosen === task) return null;
  return (
    <button type="button" onClick={() => chooseTask(task)}>
      Use {taskRow(task)?.label ?? task}
    </button>
  );
}
