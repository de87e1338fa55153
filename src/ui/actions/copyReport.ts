import { download } from '../download';
import { deviceOf } from '../state/engine-state';
import type { LabState } from '../state/store';
import type { Action } from './action';

/** Everything a bug report needs, as JSON: no prompts and no weights. */
export function reportOf({ engine, trouble, snapshot }: LabState): string {
  const { fault, device, memory, steps, sft, lastCheckpoint } = snapshot;
  const shown = {
    fault,
    trouble,
    device: deviceOf(device, engine),
    config: sft ? sft.start.config : snapshot.config,
    memory,
    lastCheckpoint,
    lastSteps: (sft ? sft.figures : steps).slice(-5),
  };
  return JSON.stringify({ ...shown, browser: navigator.userAgent, time: new Date().toISOString() }, null, 2);
}

export const copyReport: Action = {
  id: 'copy-report',
  label: 'Copy report',
  enabled: (state) => state.snapshot.fault !== null || state.trouble !== null,
  async run(state) {
    const report = reportOf(state);
    try {
      await navigator.clipboard.writeText(report);
    } catch {
      download('antisd-report.json', report, 'application/json'); // the clipboard may be refused
    }
  },
};
