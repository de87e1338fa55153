/** Datasets that the paper trains and is measured on, and their relatives, under short names; benchmark-facts.ts has what is known of them. */

/** A row: a dataset of the Hub, and what of it is asked, as parseDatasetId reads it. */
export const BENCHMARKS = [
  { name: 'aime-2024', label: 'AIME 2024', dataset: 'HuggingFaceH4/aime_2024' },
  { name: 'aime-2025', label: 'AIME 2025', dataset: 'MathArena/aime_2025' },
  { name: 'aime-2026', label: 'AIME 2026', dataset: 'MathArena/aime_2026' },
  { name: 'hmmt-2025', label: 'HMMT February 2025', dataset: 'MathArena/hmmt_feb_2025' },
  { name: 'minerva-math', label: 'MinervaMath', dataset: 'math-ai/minervamath:test' },
  { name: 'math-500', label: 'MATH-500', dataset: 'HuggingFaceH4/MATH-500:test' },
  { name: 'gsm8k', label: 'GSM8K', dataset: 'openai/gsm8k:main' },
  {
    name: 'olympiad-bench',
    label: 'OlympiadBench, text, maths, English',
    dataset: 'Hothan/OlympiadBench:OE_TO_maths_en_COMP',
  },
  { name: 'dapo-math-17k', label: 'DAPO-Math-17k', dataset: 'BytedTsinghua-SIA/DAPO-Math-17k' },
  { name: 'mbpp-plus', label: 'MBPP+', dataset: 'evalplus/mbppplus:test' },
  { name: 'humaneval-plus', label: 'HumanEval+', dataset: 'evalplus/humanevalplus:test' },
  { name: 'dolci-code', label: 'Dolci RL-Zero Code', dataset: 'allenai/Dolci-RL-Zero-Code-7B' },
] as const;

export type BenchmarkName = (typeof BENCHMARKS)[number]['name'];

/** The dataset that a short name stands for; any other name as it is. */
export const benchmarkDataset = (name: string): string => BENCHMARKS.find((row) => row.name === name)?.dataset ?? name;
