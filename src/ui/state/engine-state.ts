/** What the page knows of an engine, the one that trains or the inspector's: the same fields, and the same folds into them. */
import type { Checking, Failure } from '../../engine/protocol';
import type { DeviceReport } from '../../kernels/device-report';
import type { LoadProgress } from '../../library/sources/progress';
import type { Told } from '../engine';
import { isGone, type Trouble } from '../watch';

export interface EngineFields {
  readonly engine:
    | { state: 'closed' }
    | { state: 'opening'; progress: LoadProgress | null }
    | { state: 'ready'; device: DeviceReport; checking?: Checking }
    | { state: 'unavailable'; reason: string }
    | { state: 'failed' }; // see trouble
  /** What is wrong with the engine as a whole. */
  readonly trouble: Trouble | null;
}

/** An engine that was just begun. */
export const OPENING: EngineFields = { engine: { state: 'opening', progress: null }, trouble: null };

/** After news that are about the engine itself; others change nothing here. */
export function engineAfter(told: Told): Partial<EngineFields> {
  if (told.type === 'device')
    return { engine: { state: 'ready', device: told.device, ...(told.checking && { checking: told.checking }) } };
  if (told.type !== 'trouble') return {};
  const { trouble } = told;
  return trouble && isGone(trouble) ? { trouble, engine: { state: 'failed' } } : { trouble };
}

/** After its device was asked for in vain. */
export function engineAfterRefusal({ kind, message }: Failure): Partial<EngineFields> {
  if (kind === 'gone') return {}; // told as a trouble
  if (kind === 'unavailable') return { engine: { state: 'unavailable', reason: message } };
  return { engine: { state: 'failed' }, trouble: { kind: 'unready', message } };
}

/** The device of a run, or of an engine without one. A run may begin before its device is checked: then with what the engine found. */
export function deviceOf(run: DeviceReport | null, engine: EngineFields['engine']): DeviceReport | null {
  const own = engine.state === 'ready' ? engine.device : null;
  if (!run) return own;
  return !run.selfTest && own?.name === run.name ? { ...run, selfTest: own.selfTest } : run;
}
