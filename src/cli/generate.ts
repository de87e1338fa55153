/** `generate`: stream a rollout of a prompt or of a held-out problem, or search for its answer. */

import { verdictsOn } from '../antisd/verdicts';
import { chatTemplate } from '../data/chat';
import { BadInput } from '../data/errors';
import { usualTokens } from '../data/tasks';
import { hasEnded } from '../data/tokenizer';
import type { Tokenizer } from '../data/types';
import { SEARCH_ROWS } from '../inspect/search/types';
import type { LoadedModel } from '../library/open-model';
import { checkContext, generate as sampleResponses } from '../model/net/generate';
import { defineCommand, EXIT } from './command';
import { runSearch, SEARCH_FLAGS, searchAsked } from './generate-search';
import { MODEL_FLAGS, modelOf, openPolicy, taskNamed } from './inspect';
import { note, print } from './output';
import { loadTask } from './places';

export const generate = defineCommand({
  name: 'generate',
  summary: 'stream a response to a prompt, or to a held-out problem',
  flags: {
    ...MODEL_FLAGS,
    prompt: { kind: 'text', doc: 'prompt text; without it, a held-out problem of the task' },
    chat: { kind: 'boolean', doc: 'put the prompt into the user turn of the model’s chat template' },
    thinking: { kind: 'boolean', doc: 'let a model that can think do so' },
    task: { kind: 'text', doc: 'task of the problem [the model’s own]' },
    problem: { kind: 'integer', doc: 'index of the held-out problem', default: 0, min: 0 },
    'min-depth': { kind: 'integer', doc: 'least depth of the problem; absent: as the task says', min: 1, max: 15 },
    'max-new-tokens': { kind: 'integer', doc: 'longest response [the task’s]', min: 1 },
    temperature: { kind: 'number', doc: '0 takes the most likely token', default: 1, min: 0 },
    'top-p': { kind: 'number', doc: 'nucleus; 1 is off', default: 1, min: 0.01, max: 1 },
    'top-k': { kind: 'integer', doc: '0 is off', default: 0, min: 0 },
    seed: { kind: 'integer', doc: 'same seed, same response', default: 0, min: 0 },
    ...SEARCH_FLAGS,
  },
  async run(flags) {
    const searches = searchAsked(flags);
    const maxNewTokens = flags['max-new-tokens'] ?? usualTokens(taskNamed(flags));
    const { thinking } = flags;
    const model = await modelOf(flags);
    const { text } = model;
    const posed = flags.prompt === undefined ? await heldOut(flags, model, { maxNewTokens, thinking }) : null;
    const ids = posed ? posed.task.studentPrompt(posed.problem) : text.encode(promptText(flags, model));
    if (ids.length === 0)
      throw new BadInput(
        'The prompt is empty',
        '--prompt',
        'Give a text; without the flag a held-out problem is asked.',
      );
    checkContext(ids.length, maxNewTokens, model.config.maxPositions, 'lab generate');
    const rows = searches ? SEARCH_ROWS : 1;
    const policy = await openPolicy(model, { maxNewTokens, rows, positions: ids.length + maxNewTokens }, flags);
    if (searches) return runSearch(policy, model, { ids, posed }, flags, maxNewTokens);
    note(`${text.decode(ids)}\n`);
    const options = {
      temperature: flags.temperature ?? 1,
      topK: flags['top-k'] ?? 0,
      topP: flags['top-p'] ?? 1,
      maxNewTokens,
      endIds: text.endIds,
      seed: flags.seed ?? 0,
      stream: 0,
    };
    const stream = textStream(text, (piece) => print(piece));
    const [response] = await sampleResponses(policy.decoder, [{ ids, count: 1 }], options, (pieces) => {
      for (const piece of pieces) stream.add(piece.ids.filter((id) => !text.endIds.includes(id)));
    });
    stream.end();
    print('\n');
    if (!hasEnded(text, response)) note(`Cut at ${maxNewTokens} tokens; --max-new-tokens allows more.\n`);
    if (posed) note(`${(await verdictsOn(posed.task, [response], () => posed.problem))[0].reason}\n`);
    return EXIT.done;
  },
});

/** The prompt as it stands, or as a user's turn. */
function promptText(
  { prompt = '', chat, thinking }: { prompt?: string; chat: boolean; thinking: boolean },
  model: LoadedModel,
): string {
  if (!chat) return prompt;
  const template = chatTemplate(model.tokenizer, model.where);
  return template.render([{ role: 'user', content: prompt }], { addGenerationPrompt: true, thinking });
}

async function heldOut(
  flags: { task?: string; problem?: number; 'min-depth'?: number },
  model: LoadedModel,
  settings: { maxNewTokens: number; thinking: boolean },
) {
  const task = await loadTask(taskNamed(flags), model, settings);
  const [problem] = task.generate({
    split: 'heldout',
    count: 1,
    seed: 0,
    minDepth: flags['min-depth'] ?? null,
    first: flags.problem ?? 0,
  });
  if (!problem)
    throw new BadInput(`there is no held-out problem ${flags.problem}`, task.name, 'Give a smaller --problem.');
  return { task, problem };
}

/** Decodes tokens as they come. A character can take several tokens: what is not whole yet waits for the next. */
function textStream(tokenizer: Tokenizer, write: (piece: string) => void) {
  const ids: number[] = [];
  let written = '';
  const show = (text: string) => {
    if (!text.startsWith(written)) return;
    write(text.slice(written.length));
    written = text;
  };
  return {
    add(more: readonly number[]) {
      ids.push(...more);
      show(tokenizer.decode(ids).replace(/\uFFFD+$/, ''));
    },
    end() {
      show(tokenizer.decode(ids));
    },
  };
}
