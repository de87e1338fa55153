/** Datasets that the paper trains and is measured on, and their relatives, under short names. */
/** A row: a dataset of the Hub, what of it is asked, and what the lab knows of it. Fields and licences as their pages have them. */
export interface Benchmark {
  readonly name: string;
  readonly label: string;
  /** org/name:part as parseDatasetId reads it. */
  readonly dataset: string;
  /** Problems that it has. */
  readonly problems: string;
  readonly fields: string;
  readonly licence: string;
  /** What is read otherwise than any other file. */
  readonly recognised: string;
}

export const BENCHMARKS: readonly Benchmark[] = [
  {
    name: 'aime-2024',
    label: 'AIME 2024',
    dataset: 'HuggingFaceH4/aime_2024',
    problems: '30',
    fields: '`id`, `problem`, `solution`, `answer` (a text)',
    licence: 'not stated; problems © MAA',
    recognised: 'Also `ID`, `Problem`, `Solution`, `Answer` (a number), as Maxwell-Jia/AIME_2024 has them',
  },
  {
    name: 'aime-2025',
    label: 'AIME 2025',
    dataset: 'MathArena/aime_2025',
    problems: '30',
    fields: '`problem_idx`, `problem`, `answer` (a number), `problem_type`',
    licence: 'CC-BY-NC-SA-4.0',
    recognised: '`problem_idx` is the id',
  },
  {
    name: 'aime-2026',
    label: 'AIME 2026',
    dataset: 'MathArena/aime_2026',
    problems: '30',
    fields: '`problem_idx`, `answer` (a number), `problem`',
    licence: 'CC-BY-NC-SA-4.0',
    recognised: 'As AIME 2025',
  },
  {
    name: 'hmmt-2025',
    label: 'HMMT February 2025',
    dataset: 'MathArena/hmmt_feb_2025',
    problems: '30',
    fields: '`problem_idx`, `problem`, `answer` (LaTeX), `problem_type`',
    licence: 'CC-BY-NC-SA-4.0',
    recognised: 'Answers that are expressions, lists, sets',
  },
  {
    name: 'minerva-math',
    label: 'MinervaMath',
    dataset: 'math-ai/minervamath:test',
    problems: '272',
    fields: '`question`, `answer`; elsewhere `problem`, `solution`',
    licence: 'not stated; problems from MIT OpenCourseWare (CC-BY-NC-SA-4.0)',
    recognised: 'Where there is a solution alone, the answer boxed in it',
  },
  {
    name: 'math-500',
    label: 'MATH-500',
    dataset: 'HuggingFaceH4/MATH-500:test',
    problems: '500',
    fields: '`problem`, `solution`, `answer`, `subject`, `level`, `unique_id`',
    licence: 'not stated; MATH is MIT',
    recognised: 'The answer given beside the solution counts; MATH itself has it boxed in the solution alone',
  },
  {
    name: 'gsm8k',
    label: 'GSM8K',
    dataset: 'openai/gsm8k:main',
    problems: '1,319 test, 7,473 train',
    fields: '`question`, `answer`',
    licence: 'MIT',
    recognised: 'The steps and `#### 42` in the answer; calculator marks are dropped',
  },
  {
    name: 'olympiad-bench',
    label: 'OlympiadBench, text, maths, English',
    dataset: 'Hothan/OlympiadBench:OE_TO_maths_en_COMP',
    problems: '674',
    fields:
      '`id`, `question`, `context`, `solution` (a list), `final_answer` (a list), `is_multiple_answer`, `unit`, `answer_type`, `error`',
    licence: 'Apache-2.0',
    recognised:
      'Several answers are one list; `unit` may be written or not; `error` is the tolerance; rows with pictures are left out',
  },
  {
    name: 'dapo-math-17k',
    label: 'DAPO-Math-17k',
    dataset: 'BytedTsinghua-SIA/DAPO-Math-17k',
    problems: '17,398 among 1,791,700 rows',
    fields: '`prompt` (messages), `reward_model.ground_truth`, `data_source`, `ability`, `extra_info`',
    licence: 'Apache-2.0',
    recognised: 'Its instruction around each question is taken off; repeated rows are dropped and counted',
  },
];

/** The dataset that a short name stands for; any other name as it is. */
export const benchmarkDataset = (name: string): string => BENCHMARKS.find((row) => row.name === name)?.dataset ?? name;
