/** `generate --search`: a tree of steps in the place of one response, and the search beside others on equal tokens. */
import { mean } from '../antisd/statistics';
import { BadInput } from '../data/errors';
import { finalAnswer } from '../data/maths';
import type { Problem, Task } from '../data/types';
import { METHODS, type MethodName, type Outcome, onEqualTokens } from '../inspect/search/equal-tokens';
import { chosenOf, searchAnswer, usualSteps } from '../inspect/search/search';
import { SEARCH_DEFAULTS, type SearchSettings } from '../inspect/search/types';
import type { LoadedModel } from '../library/open-model';
import type { Policy } from '../model/net/policy';
import { cancellable, EXIT } from './command';
import type { Flags, Values } from './options';
import { note, print, printPainted } from './output';
import { searchText } from './search-print';

const usual = (what: string, value: number | string): string => `${what} [${value}]`;

/** None has a default of its own: where a search was not asked for, none may be given. */
export const SEARCH_FLAGS = {
  search: { kind: 'text', doc: 'mits: search a tree of steps by their pointwise mutual information with the question' },
  samples: { kind: 'integer', doc: usual('steps drawn after a step', SEARCH_DEFAULTS.base), min: 1, max: 64 },
  gain: {
    kind: 'number',
    doc: usual('how far a step’s entropy changes that number, by 2 at most; 0: not', SEARCH_DEFAULTS.gain),
    min: 0,
    max: 100,
  },
  beam: {
    kind: 'integer',
    doc: usual('steps of a depth that are gone on with', SEARCH_DEFAULTS.width),
    min: 1,
    max: 1024,
  },
  'max-steps': { kind: 'integer', doc: usual('most steps of a response', '10; two cards: 16'), min: 1, max: 1024 },
  'step-tokens': { kind: 'integer', doc: usual('longest step', '64; two cards: 12'), min: 1 },
  votes: { kind: 'integer', doc: usual('responses that vote', SEARCH_DEFAULTS.votes), min: 1, max: 1024 },
  problems: {
    kind: 'integer',
    doc: 'so many held-out problems from --problem on, beside greedy and self-consistency on equal tokens',
    min: 1,
  },
  json: { kind: 'boolean', doc: 'with --search: print the whole tree, or the table, as JSON' },
} as const satisfies Flags;

type SearchFlags = Values<typeof SEARCH_FLAGS> & {
  temperature?: number;
  'top-k'?: number;
  'top-p'?: number;
  seed?: number;
  problem?: number;
  'min-depth'?: number;
};

/** Whether a search was asked for. Throws BadInput for another one than there is, and for its flags without it. */
export function searchAsked(flags: SearchFlags & { prompt?: string }): boolean {
  if (flags.problems !== undefined && flags.prompt !== undefined)
    throw new BadInput('A prompt is one question', '--problems', 'Leave out --prompt.');
  if (flags.search === 'mits') return true;
  if (flags.search !== undefined) throw new BadInput(`There is no search "${flags.search}"`, '--search', 'Give mits.');
  const stray = Object.keys(SEARCH_FLAGS).find((name) => flags[name as keyof SearchFlags]);
  if (stray) throw new BadInput('It belongs to a search', `--${stray}`, 'Give --search mits too.');
  return false;
}

function settingsOf(flags: SearchFlags, model: LoadedModel, maxNewTokens: number): SearchSettings {
  const steps = usualSteps(model.text);
  return {
    base: flags.samples ?? SEARCH_DEFAULTS.base,
    gain: flags.gain ?? SEARCH_DEFAULTS.gain,
    width: flags.beam ?? SEARCH_DEFAULTS.width,
    depth: flags['max-steps'] ?? steps.depth,
    votes: flags.votes ?? SEARCH_DEFAULTS.votes,
    stepTokens: Math.min(maxNewTokens, flags['step-tokens'] ?? steps.stepTokens),
    temperature: flags.temperature ?? SEARCH_DEFAULTS.temperature,
    topK: flags['top-k'] ?? SEARCH_DEFAULTS.topK,
    topP: flags['top-p'] ?? SEARCH_DEFAULTS.topP,
    seed: flags.seed ?? 0,
    maxNewTokens,
  };
}

/** One question's tree, or a table over several problems. */
export async function runSearch(
  policy: Policy,
  model: LoadedModel,
  { ids: prompt, posed }: { ids: readonly number[]; posed: { task: Task; problem: Problem } | null },
  flags: SearchFlags,
  maxNewTokens: number,
): Promise<number> {
  const settings = settingsOf(flags, model, maxNewTokens);
  const { text: tokenizer } = model;
  if (flags.problems !== undefined && posed) return compared(policy, posed.task, settings, flags);
  const answerOf = posed
    ? (ids: number[]) => posed.task.verify(posed.problem, ids).answer
    : (ids: number[]) => finalAnswer(tokenizer.decode(ids));
  note(`${tokenizer.decode(prompt)}\n`);
  const search = await stoppable((signal) =>
    searchAnswer(policy, { prompt, tokenizer, answerOf }, settings, {
      signal,
      onDepth: ({ nodes }) => note(`depth ${nodes[nodes.length - 1].depth}: ${nodes.length} steps\n`),
    }),
  );
  if (!search) return EXIT.stopped;
  if (flags.json) print(`${JSON.stringify({ settings, ...search })}\n`);
  else printPainted(searchText(search));
  const best = chosenOf(search);
  if (!flags.json && best) print(`${tokenizer.decode(best.ids.filter((id) => !tokenizer.endIds.includes(id)))}\n`);
  if (posed && best) note(`${posed.task.verify(posed.problem, best.ids).reason}\n`);
  return EXIT.done;
}

/** Ctrl-C ends a search with a word, and no result. */
const stoppable = <T>(work: (signal: AbortSignal) => Promise<T>): Promise<T | null> =>
  cancellable((signal) =>
    work(signal).catch((error) => {
      if (!signal.aborted) throw error;
      note('Stopped.\n');
      return null;
    }),
  );

async function compared(policy: Policy, task: Task, settings: SearchSettings, flags: SearchFlags): Promise<number> {
  const [count, first] = [flags.problems ?? 1, flags.problem ?? 0];
  const problems = task.generate({ split: 'heldout', count, seed: 0, minDepth: flags['min-depth'] ?? null, first });
  const rows = await stoppable(async (signal) => {
    const found: Record<MethodName, Outcome>[] = [];
    for (const [i, problem] of problems.entries()) {
      signal.throwIfAborted();
      // Random numbers go by row and seed: problems shall not share them.
      const own = { ...settings, seed: settings.seed + i };
      found.push((await onEqualTokens(policy, task, problem, own)).outcomes);
      if ((i + 1) % 10 === 0) note(`${i + 1} of ${problems.length}\n`);
    }
    return found;
  });
  if (!rows) return EXIT.stopped;
  const table = METHODS.map((name) => {
    const own = rows.map((row) => row[name]);
    const [right, tokens] = [own.filter((o) => o.right).length, mean(own.map((o) => o.tokens))];
    return { method: name, right, problems: own.length, accuracy: right / own.length, tokens };
  });
  if (flags.json) print(`${JSON.stringify({ settings, table, outcomes: rows })}\n`);
  else {
    const lines = table.map(
      (row) =>
        `${row.method.padEnd(38)}${`${row.right} of ${row.problems}`.padStart(12)}${`${(100 * row.accuracy).toFixed(1)} %`.padStart(10)}${row.tokens.toFixed(0).padStart(10)}`,
    );
    print(
      `${['method'.padEnd(38) + 'right'.padStart(12) + 'share'.padStart(10) + 'tokens'.padStart(10), ...lines].join('\n')}\n`,
    );
  }
  return EXIT.done;
}
