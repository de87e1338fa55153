/** `score`: the token signals of a given text, or log-probabilities of given token ids. */
import { computeAdvantages, NO_REFERENCES } from '../antisd/advantages';
import { ARMS, resolveMethod } from '../antisd/arms';
import { newSignals } from '../antisd/signals';
import { largest } from '../antisd/statistics';
import { chatTemplate } from '../data/chat';
import { BadInput } from '../data/errors';
import { DEFAULT_CONFIG, parseTrainConfig } from '../settings/config';
import { defineCommand, EXIT } from './command';
import { MODEL_FLAGS, type ModelFlags, modelOf, openPolicy, readTokenLists, unflatten } from './inspect';
import { print } from './output';

export const score = defineCommand({
  name: 'score',
  summary: 'token signals of a response, or log-probabilities of token ids, as JSON',
  details:
    'With --student, --teacher and --response: columns tokens, s, t, u, H_S, H_T, phi, advantage (nats; advantage is the\n' +
    'method’s term alone, with the gate open). With --tokens FILE, {"tokens": int[][]}: {"logprob": number[][],\n' +
    '"entropy": number[][]}; position t scores token t from those before it, and is 0 at t = 0.',
  flags: {
    ...MODEL_FLAGS,
    student: { kind: 'text', doc: 'prompt the student sees' },
    teacher: { kind: 'text', doc: 'prompt the teacher sees' },
    response: { kind: 'text', doc: 'response both score' },
    method: { kind: 'text', doc: 'arm whose phi and advantage are shown', default: DEFAULT_CONFIG.arm },
    chat: { kind: 'boolean', doc: 'put both prompts into the user turn of the model’s chat template' },
    tokens: { kind: 'text', doc: 'file of token ids instead of texts', placeholder: 'FILE' },
  },
  async run(flags) {
    const result = flags.tokens ? await scoreIds(flags, flags.tokens) : await scoreTexts(flags);
    print(`${JSON.stringify(result)}\n`);
    return EXIT.done;
  },
});

async function scoreIds(flags: ModelFlags, file: string) {
  const lists = await readTokenLists(file);
  const longest = largest(lists.map((l) => l.length));
  const tokens = Math.min(
    8192,
    lists.reduce((n, l) => n + l.length, 0),
  );
  const policy = await openPolicy(await modelOf(flags), { positions: longest, tokens }, flags);
  const scores = await policy.score(policy.plan(lists.map((ids) => ({ ids, from: 1 }))));
  const lengths = lists.map((l) => l.length - 1);
  const withFirst = (flat: Float32Array) => unflatten(flat, lengths).map((row) => [0, ...row]);
  return { logprob: withFirst(scores.logprob), entropy: withFirst(scores.entropy) };
}

async function scoreTexts(
  flags: ModelFlags & { student?: string; teacher?: string; response?: string; method?: string; chat: boolean },
) {
  const { student, teacher, response } = flags;
  if (!student || !teacher || !response) {
    throw new BadInput(
      '--student, --teacher and --response belong together',
      'lab score',
      'Give all three, or --tokens FILE.',
    );
  }
  const config = parseTrainConfig({ arm: flags.method }, '--method');
  if (resolveMethod(config).evidence === 'contrast')
    throw new BadInput(
      `${ARMS[config.arm].label} sets the teacher against itself under wrong hints, which two prompts do not have`,
      '--method',
      'Take another method here; its own figures are in a run.',
    );
  const model = await modelOf(flags);
  const template = flags.chat ? chatTemplate(model.tokenizer, model.where) : null;
  const ids = model.text.encode(response);
  const side = (text: string) => {
    const turn = [{ role: 'user', content: text }] as const;
    const prompt = template ? template.render(turn, { addGenerationPrompt: true, thinking: false }) : text;
    const head = model.text.encode(prompt);
    return { ids: [...head, ...ids], from: head.length };
  };
  const sides = [side(student), side(teacher)];
  const positions = Math.max(...sides.map((x) => x.ids.length));
  const policy = await openPolicy(model, { tokens: sides[0].ids.length + sides[1].ids.length, positions }, flags);
  const { logprob, entropy } = await policy.score(policy.plan(sides));
  const n = ids.length;
  const [s, t] = [logprob.subarray(0, n), logprob.subarray(n)];
  const [H_S, H_T] = [entropy.subarray(0, n), entropy.subarray(n)];
  const signals = newSignals([ids], { s, t, H_S, H_T });
  const method = resolveMethod(config);
  computeAdvantages(signals, [{ reward: 1, groupAdvantage: 0 }], method, method.lambda, NO_REFERENCES);
  const { u, phi, advantage } = signals;
  const columns = Object.entries({ s, t, u, H_S, H_T, phi, advantage }).map(([name, x]) => [name, Array.from(x)]);
  return { tokens: ids.map((id) => model.text.token(id)), ...Object.fromEntries(columns) };
}
