/** An engine that answers the inspector's commands at once with plausible numbers, for looking at the page and for its tests. */
import type { PrivilegedContext } from '../../src/data/types';
import type { Command, CommandName, Message, Reply } from '../../src/engine/protocol';
import type { Search } from '../../src/inspect/search/types';
import type { LayerReading, OpenSubject, ScoredText, Subject, Texts } from '../../src/inspect/types';
import type { Line } from '../../src/ui/engine';
import { FAKE_DEVICE } from './fake-events';

export const UNICODE_TEXT = `Hmm, 日本語の文章。まず 3 を足して、次に 4 を引く。
Wait — “naïve” café 😀👩‍👧 costs 5 €.

	x = 3;  // tab and  two blanks
مرحبا بالعالم، النتيجة هي 42.
שלום עולם, התשובה היא 42.
Поэтому ответ 42. Ответ: \\boxed{42}`;

const SENTENCE = [
  'Let me think about this step by step. The first number is 12 and the second is 30.',
  'Wait, maybe I should check the sum again, because 12 + 30 = 42 and not 43.',
  'So the answer would be 42, unless the question asks for the difference.',
  'Alternatively, suppose that we subtract: 30 - 12 = 18. That does not fit.',
];

/** Words with the blank before them, as byte-level vocabularies have them; other scripts letter by letter, emoji by bytes. */
const cut = (text: string): string[] =>
  text.match(/ ?[A-Za-z']+| ?\d| ?[\u0400-\u06FF]{1,3}|\n+|\t| +(?! )| ?[^\sA-Za-z\d]/gu) ?? [];

/** About `tokens` tokens of running text with paragraphs. */
export function longText(tokens: number): string {
  const parts: string[] = [];
  for (let n = 0, k = 0; n < tokens; k++) {
    const sentence = SENTENCE[k % SENTENCE.length];
    parts.push(sentence + (k % 5 === 4 ? '\n\n' : ' '));
    n += cut(parts[parts.length - 1]).length;
  }
  return parts.join('').trimEnd();
}

export const FAKE_SAMPLES = [
  { label: 'gives up', text: '4 9 13 no Wait 4 20 24 no So Answer 4 9', right: false },
  { label: 'finds it', text: '4 9 13 no Wait 4 20 24 no Wait 4 7 11 yes So Answer 4 7', right: true },
  { label: 'many scripts', text: UNICODE_TEXT, right: false },
  { label: 'long', text: longText(4000), right: true },
];

/** The same for the same text; half of the tokens say little, some much. */
function uOf(token: string, place: number, salt: number): number {
  const x = Math.sin(place * 12.9898 + salt * 78.233 + token.length * 3.7) * 43758.5453;
  const chance = x - Math.floor(x);
  if (/wait|maybe|alternatively|hmm/i.test(token)) return -1.2 - 2 * chance;
  if (/answer|boxed|so$/i.test(token)) return 0.4 + 1.4 * chance;
  return chance < 0.6 ? (chance - 0.3) / 3 : (chance - 0.8) * 4;
}

export function fakeScores({ response, student, teacher }: Texts, salt = 0): ScoredText {
  const spans: [number, number][] = [];
  const tokens: string[] = [];
  let at = 0;
  for (const piece of cut(response)) {
    const from = response.indexOf(piece, at);
    at = from + piece.length;
    // Emoji are four tokens of a byte each.
    const bytes = /\p{Extended_Pictographic}/u.test(piece) ? new TextEncoder().encode(piece).length : 1;
    for (let b = 0; b < bytes; b++) {
      spans.push([from, at]);
      tokens.push(bytes > 1 ? '\uFFFD' : piece);
    }
  }
  const u = Float32Array.from(tokens, (token, i) => uOf(token, i, salt));
  const s = u.map((_, i) => -0.4 - (i % 7) / 5);
  const alternatives = tokens.map((token) =>
    [token, ' the', ' so', '\n', ' 42'].map((t, rank) => ({ token: t, logprob: Math.log(0.55 / (rank + 1)) })),
  );
  return {
    ids: Uint32Array.from(tokens.keys()),
    ...{ s, u, t: s.map((x, i) => x + u[i]) },
    H_S: s.map((_, i) => (i % 11) / 5),
    H_T: s.map((_, i) => (i % 9) / 6),
    tokens,
    spans,
    alternatives: { student: alternatives, teacher: alternatives },
    studentTokens: cut(student).length,
    teacherTokens: cut(teacher).length,
  };
}

/** Four layers: the signal grows towards the last, which has the scores' own. */
export function fakeLayers(texts: Texts, contexts: number): LayerReading {
  const { s, u, H_S, H_T, tokens } = fakeScores(texts);
  const of = (column: Float32Array<ArrayBuffer>, scale: (share: number) => number) =>
    [0.25, 0.5, 0.75, 1].map((share) => column.map((x) => x * scale(share)));
  const shares = of(u, (share) => share);
  const best = shares.map(() => [...tokens]);
  return {
    ...{ s: of(s, () => 1), u: shares, t: shares.map((row) => row.map((x, i) => x + s[i])) },
    ...{ H_S: of(H_S, (share) => 5 - 4 * share), H_T: of(H_T, (share) => 5 - 4 * share) },
    information: of(u, (share) => share / 2),
    contexts,
    likeliest: { student: best, teacher: best },
  };
}

/** Two first steps that are gone on with, one that is cut off; two responses, of which the second is chosen. */
const FAKE_NODES = [
  [null, ' 4 9 13 no', 9, true, false],
  [null, ' 4 20 24 no', 7, true, false],
  [null, ' 9 20 29 yes', -1, false, false],
  [0, ' So Answer 4 9', 5, true, true],
  [1, ' Wait 4 7 11 yes So Answer 4 7', 8, true, true],
] as const;
export const FAKE_TREE: Search = {
  nodes: FAKE_NODES.map(([parent, text, score, kept, ended], id) => ({
    ...{ id, parent, text, score, kept, ended, ids: [id], depth: parent === null ? 1 : 2 },
    ...{ pmi: score * (parent === null ? 1 : 2), conditional: -1, marginal: -1 - score, entropy: 0.4 },
    samples: ended || !kept ? 0 : 3,
  })),
  chains: [
    { node: 4, answer: '4 7', score: 8, frequency: 1, weighted: 4 },
    { node: 3, answer: '4 9', score: 5, frequency: 1, weighted: 2.5 },
  ],
  tokens: { drawn: 31, scored: 31 },
};

const opened = (subject: Subject): OpenSubject => ({
  subject,
  family: 'qwen3',
  parameters: 143_712,
  weightFormat: 'f32',
  bytes: 2_400_000,
  positions: 8192,
  chat: true,
  thinks: true,
  task: 'two-cards',
  adapter: { rank: 8, targets: ['q_proj', 'v_proj'] },
  seconds: 0.2,
});

const CONTEXT: PrivilegedContext = { source: 'sibling', solution: FAKE_SAMPLES[1].text, feedback: 'incorrect' };
const QUESTION = 'make 11 from 4 9 20 7 15 2';
const STUDENT = `<|im_start|>user\n${QUESTION}\n\nPut the final answer in \\boxed{}.<|im_end|>\n<|im_start|>assistant\n`;

/** Answers on the next tick. `broken` makes every load fail. */
export function fakeInspector({ broken = false } = {}): Line {
  const line: Line = {
    onmessage: null,
    onerror: null,
    onmessageerror: null,
    terminate() {},
    postMessage(command) {
      const messages = answersTo(command, broken);
      setTimeout(() => {
        for (const data of messages) line.onmessage?.({ data } as MessageEvent<Message>);
      }, 5);
    },
  };
  return line;
}

function answersTo(command: Command, broken: boolean): Message[] {
  const { id } = command;
  const done = <N extends CommandName>(reply: Reply<N>): Message => ({ id, type: 'done', reply });
  switch (command.type) {
    case 'ping':
      return [{ type: 'alive' }];
    case 'open':
      return [{ type: 'device', device: FAKE_DEVICE }, done<'open'>(undefined)];
    case 'load': {
      if (!broken) return [done<'load'>(opened(command.subject))];
      const message = 'The model needs 5.2 GiB, this adapter has 2 GiB (big-model). Choose q4 storage.';
      return [{ id, type: 'failed', failure: { kind: 'out-of-memory', message, refused: false } }];
    }
    case 'problem': {
      const facts = { n: 'index' in command.choice ? command.choice.index : 0 };
      const problem = { id: 'fake', question: QUESTION, solution: FAKE_SAMPLES[1].text, answer: '4 7', facts };
      return [done<'problem'>({ task: command.choice.task, problem, samples: FAKE_SAMPLES })];
    }
    case 'prompts': {
      const hint = `Your previous attempt:\n${CONTEXT.solution}\n\nPrevious assessment: Your answer is incorrect.\n\nNow solve this problem step by step.`;
      const teacher = STUDENT.replace('<|im_end|>', `\n\n${hint}<|im_end|>`);
      const prompts = { student: STUDENT, teacher, context: CONTEXT, origin: `Mode ${command.context.mode}.` };
      return [done<'prompts'>({ prompts, verdict: { reward: 0, reason: 'wrong sum' } })];
    }
    case 'score': {
      const { texts, slot, withAdapter } = command;
      const scored = fakeScores(texts, slot === 'other' || !withAdapter ? 5 : 0);
      return [done<'score'>({ scored, seconds: 0.12 })];
    }
    case 'contexts':
      return [
        ...command.modes.map((mode, i): Message => {
          const { u, t, H_T } = fakeScores(command.texts, i);
          const part = { mode, context: CONTEXT, origin: `Mode ${mode}.`, teacher: STUDENT, t, u, H_T };
          return { id, type: 'part', part };
        }),
        done<'contexts'>(undefined),
      ];
    case 'layers': {
      const layers = fakeLayers(command.texts, command.contexts);
      return [done<'layers'>({ layers })];
    }
    case 'search':
      return [
        { id, type: 'part', part: { ...FAKE_TREE, nodes: FAKE_TREE.nodes.slice(0, 3), chains: [] } },
        done<'search'>(FAKE_TREE),
      ];
    case 'generate':
      return [
        { id, type: 'part', part: '4 9 13' },
        done<'generate'>({ text: '4 9 13 yes So Answer 4 9', tokens: 8, seconds: 0.5, ended: true }),
      ];
    case 'list-evaluations':
    case 'delete-evaluation':
      return [done<'list-evaluations'>([])];
    case 'cancel':
      return [];
    default: // of what the inspector asks, what is only to be done
      return [done<'unload' | 'access'>(undefined)];
  }
}
