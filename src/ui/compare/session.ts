/** Asks the engine for the runs that are compared. It needs no GPU for that. */
import type { Failure } from '../../engine/protocol';
import type { PlacedFile } from '../../library/sources/dropped';
import type { ListedRun } from '../../runs/stored-runs';
import { trainer } from '../trainer';
import { useCompare } from './store';

const failed = ({ message }: Failure): void => useCompare.setState({ words: [message], reading: false });

/** A run that goes on has more to tell each time; the others are read once. */
export function choose(runs: readonly ListedRun[]): void {
  const chosen = runs.map(({ id }) => id);
  const { stored } = useCompare.getState();
  const due = runs.filter(({ id, open }) => open || !stored.has(id)).map(({ id }) => id);
  useCompare.setState({ chosen, words: [], reading: due.length > 0 });
  if (due.length === 0) return;
  trainer.call({ type: 'compare-runs', runs: due, files: [] }).then(({ runs: read, leftOut }) => {
    useCompare.setState((state) => ({
      stored: new Map([...state.stored, ...read.map((run) => [run.name, run] as const)]),
      words: leftOut,
      reading: false,
    }));
  }, failed);
}

/** Folders and archives of runs, looked at without being stored. */
export function takeGiven(files: readonly PlacedFile[]): void {
  useCompare.setState({ reading: true, words: [] });
  trainer.call({ type: 'compare-runs', runs: [], files }).then(({ runs, leftOut }) => {
    useCompare.setState(({ given }) => ({ given: [...given, ...runs], words: leftOut, reading: false }));
  }, failed);
}

export const forgetGiven = (): void => useCompare.setState({ given: [] });
