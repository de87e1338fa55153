/** Asks the engine for the runs that are compared. It needs no GPU for that. */
import { BOUNDS } from '../../data/bounds';
import { expectWithin } from '../../data/bytes';
import type { Compared, Failure } from '../../engine/protocol';
import type { PlacedFile } from '../../library/sources/dropped';
import { loadedEvaluation } from '../../report/loaded-evaluation';
import { RESULTS } from '../../runs/evaluation/config';
import type { ListedRun } from '../../runs/stored-runs';
import { trainer } from '../trainer';
import { useCompare } from './store';

const failed = ({ message }: Failure): void => useCompare.setState({ words: [message], reading: false });

/** Runs that are being read, and what came of those that were: of many ticks in a row all is drawn once. */
const asked = new Set<string>();
let held: Compared = { runs: [], leftOut: [] };

/** A run that goes on has more to tell each time; the others are read once. */
export function choose(runs: readonly ListedRun[]): void {
  const chosen = runs.map(({ id }) => id);
  const { stored } = useCompare.getState();
  const due = runs.filter(({ id, open }) => !asked.has(id) && (open || !stored.has(id))).map(({ id }) => id);
  for (const id of due) asked.add(id);
  useCompare.setState({ chosen, words: [], reading: asked.size > 0 });
  if (due.length === 0) return;
  const came = (found: Compared): void => {
    for (const id of due) asked.delete(id);
    held = { runs: [...held.runs, ...found.runs], leftOut: [...held.leftOut, ...found.leftOut] };
    if (asked.size === 0) show();
  };
  trainer.call({ type: 'compare-runs', runs: due, files: [] }).then(came, ({ message }: Failure) => {
    came({ runs: [], leftOut: [message] });
  });
}

function show(): void {
  const { runs, leftOut } = held;
  held = { runs: [], leftOut: [] };
  useCompare.setState(({ stored }) => ({
    stored: new Map([...stored, ...runs.map((run) => [run.name, run] as const)]),
    words: leftOut,
    reading: false,
  }));
}

/** Evaluations that this browser keeps and that have something to show. */
export function listEvaluations(): void {
  trainer.call({ type: 'list-evaluations' }).then(
    (listed) =>
      useCompare.setState({ storedEvaluations: listed.flatMap(({ evaluation }) => (evaluation ? [evaluation] : [])) }),
    () => {}, // where nothing can be stored nothing is
  );
}

/** Folders and archives of runs, and folders of evaluations, looked at without being stored. */
export async function takeGiven(files: readonly PlacedFile[]): Promise<void> {
  useCompare.setState({ reading: true, words: [] });
  const results = files.filter(({ path }) => nameOf(path) === RESULTS);
  const words: string[] = [];
  for (const { path, file } of results) {
    try {
      expectWithin(file.size, BOUNDS.json, 'The file', path);
      const evaluation = loadedEvaluation(folderOf(path), new Uint8Array(await file.arrayBuffer()));
      useCompare.setState(({ evaluations }) => ({ evaluations: [...evaluations, evaluation] }));
    } catch (error) {
      words.push((error as Error).message);
    }
  }
  // What else lies in an evaluation's folder is no run.
  const others = files.filter(({ path }) => !results.some((one) => folderOf(one.path) === folderOf(path)));
  if (others.length === 0) return useCompare.setState({ words, reading: false });
  trainer.call({ type: 'compare-runs', runs: [], files: others }).then(({ runs, leftOut }) => {
    useCompare.setState(({ given }) => ({ given: [...given, ...runs], words: [...words, ...leftOut], reading: false }));
  }, failed);
}

const nameOf = (path: string): string => path.split('/').at(-1) as string;
const folderOf = (path: string): string => path.split('/').at(-2) ?? 'evaluation';

export const forgetGiven = (): void => useCompare.setState({ given: [], evaluations: [] });
