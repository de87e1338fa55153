/**
 * The bounds on what is read from files, servers and links, in one place. Over a bound a reader names the file, the bound
 * and the mend, before it has allocated more than the bound.
 */
const KiB = 1024;
const MiB = 1024 * KiB;
const GiB = 1024 * MiB;

interface Bound {
  readonly most: number;
  readonly unit: string;
  /** What is bounded, and why just there. */
  readonly doc: string;
}

const bytes = (most: number, doc: string): Bound => ({ most, unit: 'bytes', doc });
const characters = (most: number, doc: string): Bound => ({ most, unit: 'characters', doc });
const count = (most: number, unit: string, doc: string): Bound => ({ most, unit, doc });

/** The table; docs/bounds.md is made from it. */
export const BOUND_ROWS = {
  json: bytes(64 * MiB, 'A JSON file of facts: config.json, adapter_config.json, an index of shards'),
  depth: count(
    128,
    'levels',
    'Lists and objects inside each other in any JSON, as in the reference reader of safetensors',
  ),
  values: count(2 ** 22, 'values', 'The values of a JSON text; the largest tokenizers have 1.8 million'),
  tokenizer: bytes(256 * MiB, 'A tokenizer.json; the largest in the wild take some 35 MB'),
  template: bytes(MiB, 'A chat template'),
  tokenizerIds: count(2 ** 24, 'ids', 'A tokenizer’s vocabulary; the largest have 262,144 tokens'),
  tokenizerParts: count(1024, 'parts', 'Its normalizers, pre-tokenizers or decoders in a sequence'),
  tokenizerNesting: count(16, 'levels', 'Such sequences inside each other'),
  tokenizerPartText: characters(256, 'What one of them puts into a text'),
  addedToken: characters(1024, 'An added token'),
  addedTokens: characters(2 ** 18, 'All of them, in a tree; 30,000 tokens with numbers in their names take 60,000'),
  wordPiece: characters(256, 'A word that WordPiece takes apart, in steps of its square'),
  pattern: characters(16 * KiB, 'A regular expression of a tokenizer; the longest in the field has some 500'),
  patternStates: count(8192, 'states', 'Its states, with repetitions written out'),
  tokenizerSteps: count(
    2 ** 24,
    'steps',
    'Of a tokenizer in a call, and 256 more for each character or token it is given; a second at most',
  ),
  templateSteps: count(
    2 ** 24,
    'steps',
    'Of a chat template in a call, 64 for each of its nodes, and 64 more for each character of the messages; a second at most',
  ),
  templateValue: characters(
    2 ** 22,
    'A text that a chat template makes: a context of a million tokens; an element of a list counts 128',
  ),
  specialTokens: count(2 ** 14, 'tokens', 'Special tokens that a model’s files name for its chat template'),
  templateDepth: count(1000, 'nodes', 'Calls and parts of a chat template inside each other, as in Python'),
  safetensorsHeader: bytes(32 * MiB, 'The header of a safetensors file'),
  tensors: count(100_000, 'tensors', 'A checkpoint’s tensors; models of 10¹² parameters have fewer'),
  layers: count(1024, 'layers', 'A model’s layers'),
  endIds: count(1024, 'tokens', 'Tokens that end a text; models have three at most'),
  adapter: bytes(1024 * MiB, 'The matrices of a LoRA adapter, which are read whole'),
  adapterNames: count(
    7 * 1024,
    'modules',
    'The modules that an adapter names, and keys of its patterns: seven for each of 1,024 layers; each is held against each',
  ),
  adapterPattern: characters(200, 'A pattern of an adapter’s modules'),
  adapterRepetitions: count(3, 'repetitions', 'Of such a pattern'),
  adapterAllRepetitions: count(16, 'repetitions', 'Of all of them, which are tried one after the other'),
  ggufHeader: bytes(64 * MiB, 'The header of a GGUF file; a vocabulary of 262,144 tokens with its merges takes 15 MB'),
  ggufKeys: count(10_000, 'keys', 'The keys of a GGUF file; files in the wild have some 50'),
  ggufElements: count(
    2 ** 22,
    'elements',
    'The elements of all lists of a GGUF file; the largest vocabularies have 1.3 million',
  ),
  ggufPiece: characters(
    4096,
    'A token of a GGUF file’s vocabulary whose merges are to be found: each way to cut it is tried',
  ),
  ggufName: bytes(64 * KiB, 'The name of a key or tensor in a GGUF file, by its specification'),
  data: bytes(512 * MiB, 'A file of problems or examples, packed or not'),
  unpacked: bytes(512 * MiB, 'What such a file unpacks to: gzip, zstd, the columns of a parquet file that are read'),
  repeated: bytes(
    2 * GiB,
    'The columns of a parquet file of problems, of which each is kept once: DAPO-Math-17k has 1 GB of text, a hundredth of it different',
  ),
  window: bytes(128 * MiB, 'The window of a zstd file, as zstd itself has it without --long'),
  moved: bytes(
    64 * GiB,
    'The windows of all blocks of a zstd file: each is moved once, in some ten seconds altogether',
  ),
  jsonData: bytes(128 * MiB, 'Such a file as one JSON value; JSONL and parquet are read in a stream'),
  line: bytes(64 * MiB, 'A line of a JSONL file'),
  messages: count(4096, 'messages', 'The messages of a conversation, each of which is written with all before it'),
  unusedFields: count(100, 'names', 'Names of fields that nothing is made of, the most frequent first'),
  records: count(2_000_000, 'records', 'The records of such a file, and its lines'),
  cells: count(2 ** 24, 'values', 'The values of all records of such a file'),
  page: bytes(
    64 * MiB,
    'A page of a parquet file, which is unpacked in one piece, in 1.6 s at most; writers make pages of about 1 MiB',
  ),
  zipEntries: count(20_000, 'files', 'The files of a zip archive of runs'),
  zipDirectory: bytes(16 * MiB, 'Their directory'),
  zipRatio: count(
    100,
    'times',
    'What such an archive unpacks to, of its own size, above 64 MiB; logs shrink to a tenth, weights not at all',
  ),
  cellsOfSweep: count(
    10_000,
    'runs',
    'The runs of an experiment, values of a setting and variants: beyond it is a slip of the pen',
  ),
  rulesOfSweep: count(256, 'rules', 'Its rules, each of which is held against each run'),
  namesOfSweep: count(256, 'settings', 'The settings that it names'),
  trlRecords: count(2 ** 18, 'records', 'The steps and evaluations of a log of TRL'),
  runName: characters(200, 'What a person calls a run'),
  runNote: characters(10_000, 'What a person writes of it'),
  givenLog: bytes(GiB, 'The log of a run that somebody gives to be compared, which is read whole'),
  logLines: count(2 ** 22, 'lines', 'The lines of such a log: a million steps with four lines each'),
  logLine: bytes(256 * MiB, 'A line of a run’s log; ten million tokens take some 80 MB'),
  answer: bytes(64 * MiB, 'A server’s answer that is read whole: a repository’s listing'),
  listing: count(100_000, 'files', 'The files of a repository'),
  unsized: bytes(
    2048 * MiB,
    'A file of weights whose size neither the listing nor the server tells; of JSON and templates their own bounds',
  ),
  link: characters(MiB, 'An address’ state behind #: a small link must not become a huge text'),
  linkUnpacked: bytes(4 * MiB, 'What it unpacks to'),
  linkName: characters(1000, 'A name in it, such as a model’s'),
  query: characters(64 * KiB, 'An address’ settings before #'),
  classQuery: characters(2000, 'Those that a class begins with'),
  className: characters(60, 'The name of a class, and a learner’s'),
  lessonAnswer: characters(200, 'A learner’s answer'),
  handedAnswers: bytes(64 * KiB, 'The answers in a file that a learner hands in'),
  handedLog: bytes(64 * MiB, 'The log of the run in it, which the page itself reads'),
  dropped: count(2000, 'files', 'The files of a folder that is dropped on the page; what comes later is not looked at'),
  droppedDepth: count(4, 'levels', 'Its folders inside each other'),
  redirects: count(10, 'redirects', 'Redirects that are followed'),
  stall: count(30_000, 'ms', 'A connection without a byte: it is cut and tried again'),
  patience: count(120_000, 'ms', 'What a server may ask to wait'),
  message: characters(600, 'Each part of a message: what is wrong, where, the mend'),
} as const satisfies Record<string, Bound>;

/** The bounds alone. */
export const BOUNDS = Object.fromEntries(Object.entries(BOUND_ROWS).map(([name, { most }]) => [name, most])) as {
  readonly [Name in keyof typeof BOUND_ROWS]: number;
};
