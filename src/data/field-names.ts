/** The names under which datasets keep what the lab reads of a record; columns of other names are never unpacked. */

export const QUESTION = ['question', 'problem', 'prompt', 'query', 'instruction', 'input', 'Problem', 'Question'];
export const SOLUTION = ['solution', 'rationale', 'explanation', 'reasoning', 'response', 'Solution'];
export const ANSWER = [
  'answer',
  'final_answer',
  'answerKey',
  'expected_answer',
  'ground_truth',
  'target',
  'label',
  'Answer',
];
/** verl's, which holds the answer. */
export const GRADED = 'reward_model';
export const IDS = ['id', 'unique_id', 'ID', 'problem_idx'];
/** OlympiadBench's, beside a list of answers. */
const GRADING = ['unit', 'error'];

export const CONTEXT = ['context', 'passage', 'paragraph', 'background', 'document', 'article', 'story'];
export const CHOICES = ['choices', 'options'];

export const MESSAGES = ['messages', 'conversations'];
export const COMPLETION = ['completion', 'output', 'response', 'solution', 'answer'];
export const SYSTEM = ['system', 'system_prompt', 'system_message'];
export const TOOLS = ['tools', 'functions'];
export const HISTORY = ['history'];
/** Thoughts beside an answer. */
export const THOUGHTS = ['reasoning_content', 'thinking', 'reasoning', 'thoughts'];

/** Rows of code, beside a prompt and a solution (code/rows.ts). */
export const CODE = [
  ...[
    'tests',
    'test_cases',
    'input_output',
    'solutions',
    'test',
    'test_list',
    'test_imports',
    'test_setup_code',
    'entry_point',
    'setup',
    'text',
    'code',
  ],
  ...['canonical_solution', 'task_id', 'question_id', 'question_title', 'question_content', 'starter_code'],
  ...['public_test_cases', 'private_test_cases', 'metadata'],
];

/** A deal of two-cards, beside its id, solution and answer. */
const DEAL = ['cards', 'target'];

/** All of them. */
export const ASKED: ReadonlySet<string> = new Set([
  ...[...QUESTION, ...SOLUTION, ...ANSWER, GRADED, ...IDS, ...GRADING, ...CONTEXT, ...CHOICES],
  ...[...MESSAGES, ...COMPLETION, ...SYSTEM, ...TOOLS, ...HISTORY, ...THOUGHTS, ...DEAL, ...CODE],
]);
