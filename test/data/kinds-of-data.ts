/** Further examples of the kinds of data that public reports name, written by hand: what is in a file, and what it must be read as. */
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

export interface Example {
  readonly name: string;
  /** The file's name and content; rows are written as JSONL. */
  readonly file?: string;
  readonly rows?: readonly object[];
  readonly text?: string;
  readonly bytes?: Uint8Array;
  /** Of problems: their answers, or question and answer. */
  readonly answers?: readonly string[];
  readonly questions?: readonly string[];
  /** Of conversations: "role: content" a line. */
  readonly said?: readonly (readonly string[])[];
  /** Of the first conversation: fields that are not used; numbers of the messages that are not learnt. */
  readonly unused?: readonly string[];
  readonly masked?: readonly number[];
  readonly error?: RegExp;
}

const fixture = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(`${process.cwd()}/test/fixtures/datasets/${name}`));
const packed = (text: string): Uint8Array => new Uint8Array(gzipSync(text));
const parquet = (name: string) => ({ file: 'x.parquet', bytes: fixture(`numbers-${name}.parquet`) });

const user = (content: string) => ({ role: 'user', content });
const assistant = (content: string, more: object = {}) => ({ role: 'assistant', content, ...more });
const pair = (prompt: string, completion: string) => ({ prompt, completion });
const TWO = '{"question": "5+6?", "answer": "11"}\n{"question": "5+7?", "answer": "12"}\n';
const MORE = '{"question": "5+8?", "answer": "13"}\n';
const LIST = [
  { question: '5+6?', answer: '11' },
  { question: '5+7?', answer: '12' },
];
const answers = ['11', '12'];
const same = (text: string) => ({ rows: [pair('q', text)], said: [['user: q', `assistant: ${text}`]] });

export const DATA_KINDS: Readonly<Record<string, readonly Example[]>> = {
  'GSM8K’s rule on other texts': [
    { name: 'a heading of level four at the end', ...same('Notes.\n#### Thanks') },
    { name: 'two headings', ...same('#### Before\nx\n#### After\ny') },
    { name: 'a heading that is a number', ...same('Years.\n#### 2024\nMuch happened.') },
    { name: 'a heading that is a number, last', ...same('Years.\n#### 2024') },
    { name: 'shifts', ...same('x = (a << 2) | (b >> 3)') },
    { name: 'streams of C++', ...same('std::cout << "a=" << a; std::cin >> a;') },
    { name: 'a heredoc', ...same('cat <<EOF >> out\ntext = 1\nEOF') },
    { name: 'guillemets of ASCII', ...same('He said <<yes>> twice.') },
    { name: 'a line of hashes', ...same('Title\n####\nText') },
    { name: 'hashes within a line', ...same('Use #### for level four.') },
    {
      name: 'messages are never rewritten',
      rows: [{ messages: [user('q'), assistant('2+3=<<2+3=5>>5\n#### 5')] }],
      said: [['user: q', 'assistant: 2+3=<<2+3=5>>5\n#### 5']],
    },
    {
      name: 'GSM8K itself',
      rows: [{ question: 'q', answer: 'It is 4*5=<<4*5=20>>20.\n#### 20' }],
      said: [['user: q', 'assistant: It is 4*5=20.\nThe answer is \\boxed{20}.']],
    },
    {
      name: 'GSM8K with dollars, as prompt and completion',
      rows: [pair('q', 'It is 4*$5=$<<4*5=20>>20.\n#### 1,020')],
      said: [['user: q', 'assistant: It is 4*$5=$20.\nThe answer is \\boxed{1,020}.']],
    },
    {
      name: 'a question answered with headings',
      rows: [{ question: 'How?', answer: 'First.\n#### Step\nThen `a << 1`.' }],
      said: [['user: How?', 'assistant: First.\n#### Step\nThen `a << 1`.']],
    },
  ],
  'fields beside the conversation': [
    {
      name: 'a system text beside messages that have one',
      rows: [{ system: 'Other', messages: [{ role: 'system', content: 'Own' }, user('q'), assistant('a')] }],
      said: [['system: Own', 'user: q', 'assistant: a']],
      unused: ['system'],
    },
    {
      name: 'system_message beside ShareGPT',
      rows: [
        {
          system_message: 'S',
          conversations: [
            { from: 'human', value: 'q' },
            { from: 'gpt', value: 'a' },
          ],
        },
      ],
      said: [['system: S', 'user: q', 'assistant: a']],
    },
    {
      name: 'history of a prompt',
      rows: [{ prompt: 'c', response: 'd', history: [['a', 'b']] }],
      said: [['user: a', 'assistant: b', 'user: c', 'assistant: d']],
    },
    {
      name: 'history as messages, with a system text',
      rows: [{ system: 'S', instruction: 'c', output: 'd', history: [user('a'), assistant('b')] }],
      said: [['system: S', 'user: a', 'assistant: b', 'user: c', 'assistant: d']],
    },
    {
      name: 'history that is none',
      rows: [{ instruction: 'c', output: 'd', history: 'a, b' }],
      said: [],
      error: /"history" is "a, b"/,
    },
    {
      name: 'a context before the question',
      rows: [{ question: 'Who?', context: 'Ann went home.', answer: 'Ann' }],
      said: [['user: Ann went home.\n\nWho?', 'assistant: Ann']],
    },
    {
      name: 'a passage of a problem',
      rows: [{ passage: 'Ann has 5.', question: 'How many?', answer: '5' }],
      questions: ['Ann has 5.\n\nHow many?'],
      answers: ['5'],
    },
    {
      name: 'Alpaca’s input of a problem',
      rows: [{ instruction: 'Add.', input: '2 and 3', output: 'x', answer: '5' }],
      questions: ['Add.\n\n2 and 3'],
      answers: ['5'],
    },
    {
      name: 'choices of a problem, the answer by number',
      rows: [{ question: 'Which is red?', choices: ['sky', 'blood', 'grass'], answer: 1 }],
      questions: ['Which is red?\n\nA. sky\nB. blood\nC. grass'],
      answers: ['B'],
    },
    {
      name: 'ARC’s choices',
      rows: [{ question: 'Which?', choices: { text: ['x', 'y'], label: ['1', '2'] }, answerKey: '2' }],
      questions: ['Which?\n\n1. x\n2. y'],
      answers: ['2'],
    },
    {
      name: 'thoughts beside a completion',
      rows: [{ instruction: '6*7?', thinking: 'Six sevens.', output: '42' }],
      said: [['user: 6*7?', 'assistant: <think>\nSix sevens.\n</think>\n\n42']],
    },
    {
      name: 'reasoning of one turn',
      rows: [{ messages: [user('q'), assistant('a', { reasoning: 'Hm.' })] }],
      said: [['user: q', 'assistant: <think>\nHm.\n</think>\n\na']],
    },
    {
      name: 'thoughts as a part of the content',
      rows: [
        {
          messages: [
            user('q'),
            {
              role: 'assistant',
              content: [
                { type: 'thinking', thinking: 'Hm.' },
                { type: 'text', text: 'a' },
              ],
            },
          ],
        },
      ],
      said: [['user: q', 'assistant: <think>\nHm.\n</think>\n\na']],
    },
    {
      name: 'weight 0 and 1',
      rows: [{ messages: [user('a'), assistant('b', { weight: 0 }), user('c'), assistant('d', { weight: 1 })] }],
      said: [['user: a', 'assistant: b', 'user: c', 'assistant: d']],
      masked: [1],
    },
    {
      name: 'train: false in ShareGPT',
      rows: [
        {
          conversations: [
            { from: 'human', value: 'a' },
            { from: 'gpt', value: 'b', train: false },
            { from: 'human', value: 'c' },
            { from: 'gpt', value: 'd' },
          ],
        },
      ],
      said: [['user: a', 'assistant: b', 'user: c', 'assistant: d']],
      masked: [1],
    },
    {
      name: 'a weight between',
      rows: [{ messages: [user('a'), assistant('b', { weight: 0.5 })] }],
      said: [],
      error: /message 2 has the weight 0\.5/,
    },
    {
      name: 'fields that nothing is made of',
      rows: [{ ...pair('q', 'a'), source: 'web', score: 3, empty: '', none: null }],
      said: [['user: q', 'assistant: a']],
      unused: ['source', 'score'],
    },
    {
      name: 'a field of a message that nothing is made of',
      rows: [{ messages: [{ ...user('q'), images: ['x.png'] }, assistant('a')] }],
      said: [['user: q', 'assistant: a']],
      unused: ['messages.images'],
    },
  ],
  'calls of tools': [
    {
      name: 'a call with content null, and its result',
      rows: [
        {
          messages: [
            user('Weather?'),
            {
              role: 'assistant',
              content: null,
              tool_calls: [{ id: 'c1', type: 'function', function: { name: 'weather', arguments: { city: 'Rome' } } }],
            },
            { role: 'tool', tool_call_id: 'c1', content: 'sunny' },
            assistant('Sunny.'),
          ],
        },
      ],
      said: [
        [
          'user: Weather?',
          'assistant: <tool_call>\n{"name":"weather","arguments":{"city":"Rome"}}\n</tool_call>',
          'tool: sunny',
          'assistant: Sunny.',
        ],
      ],
    },
    {
      name: 'OpenAI’s earlier function_call',
      rows: [
        {
          messages: [
            user('q'),
            { role: 'assistant', content: '', function_call: { name: 'f', arguments: '{"x": 1}' } },
          ],
        },
      ],
      said: [['user: q', 'assistant: <tool_call>\n{"name":"f","arguments":{"x":1}}\n</tool_call>']],
    },
    {
      name: 'ShareGPT’s function_call and observation',
      rows: [
        {
          conversations: [
            { from: 'human', value: 'q' },
            { from: 'function_call', value: '{"name": "f", "arguments": {}}' },
            { from: 'observation', value: '7' },
            { from: 'gpt', value: 'Seven.' },
          ],
        },
      ],
      said: [
        [
          'user: q',
          'assistant: <tool_call>\n{"name":"f","arguments":{}}\n</tool_call>',
          'tool: 7',
          'assistant: Seven.',
        ],
      ],
    },
    {
      name: 'words before a call',
      rows: [
        {
          messages: [
            user('q'),
            assistant('Let me see.', { tool_calls: [{ function: { name: 'f', arguments: '{}' } }] }),
          ],
        },
      ],
      said: [['user: q', 'assistant: Let me see.\n<tool_call>\n{"name":"f","arguments":{}}\n</tool_call>']],
    },
    {
      name: 'two calls in one turn',
      rows: [
        {
          messages: [
            user('q'),
            assistant('', {
              tool_calls: [{ function: { name: 'f', arguments: {} } }, { function: { name: 'g', arguments: {} } }],
            }),
          ],
        },
      ],
      said: [
        [
          'user: q',
          'assistant: <tool_call>\n{"name":"f","arguments":{}}\n</tool_call>\n<tool_call>\n{"name":"g","arguments":{}}\n</tool_call>',
        ],
      ],
    },
    {
      name: 'thoughts before a call',
      rows: [
        {
          messages: [
            user('q'),
            assistant('', { reasoning_content: 'Look up.', tool_calls: [{ function: { name: 'f', arguments: {} } }] }),
          ],
        },
      ],
      said: [
        [
          'user: q',
          'assistant: <think>\nLook up.\n</think>\n\n\n<tool_call>\n{"name":"f","arguments":{}}\n</tool_call>',
        ],
      ],
    },
    {
      name: 'a call without a name',
      rows: [{ messages: [user('q'), assistant('', { tool_calls: [{ function: {} }] })] }],
      said: [],
      error: /message 2 has the tool call .* without a name/,
    },
    {
      name: 'calls that are no list',
      rows: [{ messages: [user('q'), assistant('', { tool_calls: 7 })] }],
      said: [],
      error: /message 2 has the tool calls 7, no list/,
    },
    {
      name: 'a user who calls',
      rows: [{ messages: [{ ...user('q'), tool_calls: [{ function: { name: 'f' } }] }, assistant('a')] }],
      said: [],
      error: /message 1 calls a tool/,
    },
    {
      name: 'tool calls that are null',
      rows: [{ messages: [user('q'), assistant('a', { tool_calls: null })] }],
      said: [['user: q', 'assistant: a']],
    },
    {
      name: 'no words and no call',
      rows: [{ messages: [user('q'), { role: 'assistant', content: null, tool_calls: [] }] }],
      said: [],
      error: /message 2 has no text/,
    },
    {
      name: 'descriptions that are none',
      rows: [{ tools: 'f', messages: [user('q'), assistant('a')] }],
      said: [],
      error: /"tools" is "f"/,
    },
  ],
  'numbers that change on reading': [
    {
      name: 'a whole number beyond 2^53',
      text: '{"question": "q", "answer": 9007199254740993}',
      answers: ['9007199254740993'],
    },
    {
      name: 'a whole number of 30 digits',
      text: '{"question": "q", "answer": -123456789012345678901234567890}',
      answers: ['-123456789012345678901234567890'],
    },
    {
      name: 'a decimal of 25 digits',
      text: '{"question": "q", "answer": 3.141592653589793238462643}',
      answers: ['3.141592653589793238462643'],
    },
    { name: 'a number beyond doubles', text: '{"question": "q", "answer": 1e400}', answers: ['1e400'] },
    { name: 'a number below doubles', text: '{"question": "q", "answer": 2.5e-400}', answers: ['2.5e-400'] },
    {
      name: 'digits within a text',
      text: '{"question": "12345678901234567890?", "answer": "12345678901234567890.50"}',
      answers: ['12345678901234567890.50'],
    },
    {
      name: 'a text with a quote before digits',
      text: '{"question": "say \\"12345678901234567890", "answer": 1}',
      answers: ['1'],
    },
    {
      name: 'a number that doubles keep',
      text: '{"question": "q", "answer": 0.30000000000000004}',
      answers: ['0.30000000000000004'],
    },
    { name: 'NaN in words', rows: [{ question: 'q', answer: 'NaN' }], answers: [], error: /the answer is missing/ },
    { name: 'decimals of 38 digits', ...parquet('decimal128'), answers: ['123456789012345678901.25', '0.00', '-7.10'] },
    { name: 'decimals of 9 digits', ...parquet('decimal9'), answers: ['1.10', '-0.05', '12.00'] },
    {
      name: 'decimals of 50 digits',
      ...parquet('decimal256'),
      answers: ['1234567890123456789012345678901234567890123.5'],
    },
    { name: 'decimals as whole numbers', ...parquet('decimal-as-integer'), answers: ['1.10', '-12345678901234.56'] },
    { name: 'decimals in a list', ...parquet('decimal-list'), answers: [], error: /decimals of 38 digits/ },
    { name: 'floats of 32 bits', ...parquet('float32'), answers: ['0.1', '2.5', '1e-7'] },
    {
      name: 'whole numbers of 64 bits',
      ...parquet('int64-far'),
      answers: ['9223372036854775807', '-9007199254740993'],
    },
    { name: 'whole numbers without a sign', ...parquet('uint64'), answers: ['18446744073709551615'] },
    {
      name: 'NaN for a missing number',
      ...parquet('nan'),
      answers: [],
      error: /the answer is missing \(x\.parquet, row 2\)/,
    },
    {
      name: 'null for a missing text',
      ...parquet('null'),
      answers: [],
      error: /the answer is missing \(x\.parquet, row 2\)/,
    },
  ],
  containers: [
    { name: 'gzip of JSONL', file: 'x.jsonl.gz', bytes: packed(TWO), answers },
    { name: 'gzip of JSON', file: 'x.json.gz', bytes: packed(JSON.stringify(LIST)), answers },
    {
      name: 'gzip of JSON, records under a key',
      file: 'x.json.gz',
      bytes: packed(JSON.stringify({ data: LIST })),
      answers,
    },
    { name: 'gzip without saying so', file: 'x.jsonl', bytes: packed(TWO), answers },
    {
      name: 'gzip twice behind one another',
      file: 'x.jsonl.gz',
      bytes: new Uint8Array([...packed(TWO), ...packed(MORE)]),
      answers: [...answers, '13'],
    },
    {
      name: 'gzip that is cut off',
      file: 'x.jsonl.gz',
      bytes: packed(TWO).slice(0, -10),
      answers: [],
      error: /gzip file cannot be unpacked.*x\.jsonl\.gz/,
    },
    {
      name: 'a table of text',
      file: 'x.csv.gz',
      bytes: packed('question,answer'),
      answers: [],
      error: /not read.*JSONL/,
    },
    { name: 'a table with tabs', file: 'x.tsv', text: 'question\tanswer\n', answers: [], error: /not read.*JSONL/ },
    { name: 'gzip by name alone', file: 'x.jsonl.gz', text: TWO, answers: [], error: /neither gzip nor zstd/ },
    { name: 'zstd of JSONL', file: 'x.jsonl.zst', bytes: fixture('lines.jsonl.zst'), answers },
    { name: 'zstd as a stream', file: 'x.jsonl.zst', bytes: fixture('stream.jsonl.zst'), answers },
    {
      name: 'zstd in two frames',
      file: 'x.jsonl.zst',
      bytes: fixture('frames.jsonl.zst'),
      answers: [...answers, '13'],
    },
    {
      name: 'zstd that is cut off',
      file: 'x.jsonl.zst',
      bytes: fixture('lines.jsonl.zst').slice(0, -4),
      answers: [],
      error: /zstd file cannot be unpacked.*x\.jsonl\.zst/,
    },
    {
      name: 'records under "examples" beside other keys',
      file: 'x.json',
      text: JSON.stringify({ name: 'n', licence: 'MIT', examples: LIST }),
      answers,
    },
    {
      name: 'records two keys deep',
      file: 'x.json',
      text: JSON.stringify({ dataset: { version: 1, rows: LIST } }),
      answers,
    },
    { name: 'records by their ids', file: 'x.json', text: JSON.stringify({ p1: LIST[0], p2: LIST[1] }), answers },
    {
      name: 'records under two keys',
      file: 'x.json',
      text: JSON.stringify({ train: LIST, test: LIST }),
      answers: [],
      error: /records lie under "train" and "test"/,
    },
    {
      name: 'a record under a key that lacks its answer, with the key named',
      file: 'x.json',
      text: JSON.stringify({ data: [{ question: 'q' }] }),
      answers: [],
      error: /the answer is missing \(x\.json, "data", record 1\)/,
    },
    {
      name: 'one record',
      file: 'x.json',
      text: JSON.stringify({ question: 'q', answer: '1', meta: [{ a: 1 }] }),
      answers: ['1'],
    },
    { name: 'a list in a .jsonl file', file: 'x.jsonl', text: JSON.stringify(LIST), answers },
    { name: 'an ending in capitals', file: 'X.JSON', text: JSON.stringify(LIST), answers },
  ],
};
