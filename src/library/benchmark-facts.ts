/** What is known of the benchmarks, for docs/benchmarks-and-data.md: fields and licences as the datasets' pages have them. */
import type { BenchmarkName } from './benchmarks';

export interface BenchmarkFacts {
  /** How many it has. */
  readonly problems: string;
  readonly fields: string;
  readonly licence: string;
  /** What is read otherwise than any other file. */
  readonly recognised: string;
}

export const BENCHMARK_FACTS: Readonly<Record<BenchmarkName, BenchmarkFacts>> = {
  'aime-2024': {
    problems: '30',
    fields: '`id`, `problem`, `solution`, `answer` (a text)',
    licence: 'not stated; problems © MAA',
    recognised: 'Also `ID`, `Problem`, `Solution`, `Answer` (a number), as Maxwell-Jia/AIME_2024 has them',
  },
  'aime-2025': {
    problems: '30',
    fields: '`problem_idx`, `problem`, `answer` (a number), `problem_type`',
    licence: 'CC-BY-NC-SA-4.0',
    recognised: '`problem_idx` is the id',
  },
  'aime-2026': {
    problems: '30',
    fields: '`problem_idx`, `answer` (a number), `problem`',
    licence: 'CC-BY-NC-SA-4.0',
    recognised: 'As AIME 2025',
  },
  'hmmt-2025': {
    problems: '30',
    fields: '`problem_idx`, `problem`, `answer` (LaTeX), `problem_type`',
    licence: 'CC-BY-NC-SA-4.0',
    recognised: 'Answers that are expressions, lists, sets',
  },
  'minerva-math': {
    problems: '272',
    fields: '`question`, `answer`; elsewhere `problem`, `solution`',
    licence: 'not stated; problems from MIT OpenCourseWare (CC-BY-NC-SA-4.0)',
    recognised: 'Where there is a solution alone, the answer boxed in it',
  },
  'math-500': {
    problems: '500',
    fields: '`problem`, `solution`, `answer`, `subject`, `level`, `unique_id`',
    licence: 'not stated; MATH is MIT',
    recognised: 'The answer given beside the solution counts; MATH itself has it boxed in the solution alone',
  },
  gsm8k: {
    problems: '1,319 test, 7,473 train',
    fields: '`question`, `answer`',
    licence: 'MIT',
    recognised: 'The steps and `#### 42` in the answer; calculator marks are dropped',
  },
  'olympiad-bench': {
    problems: '674',
    fields:
      '`id`, `question`, `context`, `solution` (a list), `final_answer` (a list), `is_multiple_answer`, `unit`, `answer_type`, `error`',
    licence: 'Apache-2.0',
    recognised:
      'Several answers are one list; `unit` may be written or not; `error` is the tolerance; rows with pictures are left out',
  },
  'dapo-math-17k': {
    problems: '17,398 among 1,791,700 rows',
    fields: '`prompt` (messages), `reward_model.ground_truth`, `data_source`, `ability`, `extra_info`',
    licence: 'Apache-2.0',
    recognised: 'Its instruction around each question is taken off; repeated rows are dropped and counted',
  },
  'mbpp-plus': {
    problems: '378',
    fields: '`task_id`, `code`, `prompt`, `test_imports`, `test_list`, `test`',
    licence: 'Apache-2.0; MBPP is CC-BY-4.0',
    recognised: 'Code: one of `test_list` is shown, `test` is run; MBPP without `test` is judged by its list',
  },
  'humaneval-plus': {
    problems: '164',
    fields: '`task_id`, `prompt`, `canonical_solution`, `entry_point`, `test`',
    licence: 'Apache-2.0; HumanEval is MIT',
    recognised:
      'Code: `check` of `test` is given the function `entry_point`; the prompt’s imports and helpers are there',
  },
  'dolci-code': {
    problems: '13,312',
    fields: '`id`, `solution`, `prompt`, `ground_truth` (a list of one text)',
    licence: 'ODC-BY',
    recognised:
      'Code: the text is JSON of asserts (half of the rows), of inputs and outputs (a quarter), or these packed (zlib, pickle; read as data); “user: ” before the prompt is taken off',
  },
};
