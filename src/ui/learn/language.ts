/** The language of the lessons, and their words, which come one language at a time. A language is a file in words/ and a row. */

import { useEffect, useState } from 'react';
import { create } from 'zustand';
import { remember, remembered } from '../remembered';
import type { Words } from './words/en';

/** What a symbol of a kernel is, by its English words; English needs none. */
type OfKernels = Readonly<Record<string, string>>;

export const LANGUAGES = {
  en: {
    name: 'English',
    load: async (): Promise<Words> => (await import('./words/en')).en,
    kernels: async (): Promise<OfKernels | null> => null,
  },
  de: {
    name: 'Deutsch',
    load: async (): Promise<Words> => (await import('./words/de')).de,
    kernels: async (): Promise<OfKernels | null> => (await import('./words/de-kernels')).deKernels,
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
}

/** Null until the first words are there. */
const useSpoken = create<{ readonly spoken: Spoken | null }>(() => ({ spoken: null }));

async function speak(language: Language): Promise<void> {
  useSpoken.setState({ spoken: { language, words: await LANGUAGES[language].load() } });
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

/** What each symbol of the kernels is, in the reader's language; in English until its words are there. */
export function useKernelWords(): (english: string) => string {
  const language = useLanguage();
  const [words, set] = useState<OfKernels | null>(null);
  useEffect(() => void LANGUAGES[language].kernels().then(set), [language]);
  return (english) => words?.[english] ?? english;
}
