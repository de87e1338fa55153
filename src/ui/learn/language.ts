/** The language of the lessons, and their words, which come one language at a time. A language is a file in words/ and a row. */

import { useCallback, useEffect, useState } from 'react';
import { create } from 'zustand';
import { remember, remembered } from '../remembered';
import { fill } from './markup';
import type { Words } from './words/en';

/** By their English words: what the lab itself says in a lesson, what a symbol of a kernel is. English needs none. */
type ByEnglish = Readonly<Record<string, string>>;

export const LANGUAGES = {
  en: {
    name: 'English',
    load: async (): Promise<Words> => (await import('./words/en')).en,
    lab: async (): Promise<ByEnglish> => ({}),
    kernels: async (): Promise<ByEnglish | null> => null,
  },
  de: {
    name: 'Deutsch',
    load: async (): Promise<Words> => (await import('./words/de')).de,
    lab: async (): Promise<ByEnglish> => (await import('./words/de-lab-tables')).deLabTables,
    kernels: async (): Promise<ByEnglish | null> => (await import('./words/de-kernels')).deKernels,
  },
} as const;
export type Language = keyof typeof LANGUAGES;

const KEY = 'antisd-language';
const isLanguage = (name: string | null | undefined): name is Language =>
  name != null && Object.hasOwn(LANGUAGES, name);

/** The one chosen here before, else the first of the browser's that there is. */
function preferred(): Language {
  const kept = remembered(KEY);
  if (isLanguage(kept)) return kept;
  return navigator.languages.map((tag) => tag.split('-')[0]).find(isLanguage) ?? 'en';
}

interface Spoken {
  readonly language: Language;
  readonly words: Words;
  readonly lab: ByEnglish;
}

/** Null until the first words are there. */
const useSpoken = create<{ readonly spoken: Spoken | null }>(() => ({ spoken: null }));

async function speak(language: Language): Promise<void> {
  const { load, lab } = LANGUAGES[language];
  const [words, own] = await Promise.all([load(), lab()]);
  useSpoken.setState({ spoken: { language, words, lab: own } });
}

/** Resolves once there are words. */
export const openWords = (): Promise<void> => speak(preferred());

export async function chooseLanguage(language: Language): Promise<void> {
  await speak(language);
  remember(KEY, language);
}

const spokenNow = (): Spoken => {
  const { spoken } = useSpoken.getState();
  if (!spoken) throw new Error('The lessons were drawn before their words came.');
  return spoken;
};

export const useWords = (): Words => useSpoken(({ spoken }) => (spoken ?? spokenNow()).words);
export const useLanguage = (): Language => useSpoken(({ spoken }) => (spoken ?? spokenNow()).language);

/** What the lab says of itself (how far it is, its methods' names) in the reader's language; in English where that has no word for it. */
export function useLabWords(): (english: string) => string {
  const lab = useSpoken(({ spoken }) => (spoken ?? spokenNow()).lab);
  return useCallback((english) => inWords(english, lab), [lab]);
}

/** An English text by a table whose keys may have a {#name} in them. */
export function inWords(english: string, table: ByEnglish): string {
  if (Object.hasOwn(table, english)) return table[english];
  for (const [key, text] of Object.entries(table)) {
    const [before, after] = key.split('{#name}');
    if (after !== undefined && english.startsWith(before) && english.endsWith(after))
      return fill(text, { name: english.slice(before.length, english.length - after.length) });
  }
  return english;
}

/** What each symbol of the kernels is, in the reader's language; in English until its words are there. */
export function useKernelWords(): (english: string) => string {
  const language = useLanguage();
  const [words, set] = useState<ByEnglish | null>(null);
  useEffect(() => void LANGUAGES[language].kernels().then(set), [language]);
  return (english) => words?.[english] ?? english;
}
