/** What stands beside a question and belongs to it: a passage that it is about, choices to choose from. */
import { BadInput } from './errors';
import { isRecord, shown } from './records';

/** A passage, or several, as text; null where there is none. Throws BadInput for another type. */
export function contextual(value: unknown, where: string): string | null {
  if (value === undefined) return null;
  const parts = Array.isArray(value) ? value : [value];
  if (!parts.every((part): part is string => typeof part === 'string'))
    throw new BadInput(`the context is ${shown(value)}`, where, 'It must be a text, or a list of texts.');
  return parts.join('\n\n');
}

/** Choices by their letters; null where there are none. Lists, {text, label} as ARC has it, {"A": …}, and {label, text} each. */
export function choicesOf(value: unknown, where: string): { letter: string; text: string }[] | null {
  if (value === undefined) return null;
  const texts = isRecord(value) && Array.isArray(value.text) ? value.text : value;
  const labels = isRecord(value) && Array.isArray(value.label) ? value.label : [];
  const entries: unknown[] = Array.isArray(texts)
    ? texts.map((text: unknown, i) => (isRecord(text) ? [text.label, text.text] : [labels[i] ?? LETTERS[i], text]))
    : isRecord(texts)
      ? Object.entries(texts)
      : [];
  const choices = entries.map((entry) => {
    const [letter, text] = entry as [unknown, unknown];
    const isThere = typeof letter === 'string' && (typeof text === 'string' || typeof text === 'number');
    return isThere ? { letter, text: String(text).replace(/^\(?[A-J][).:] /, '') } : null;
  });
  if (choices.length < 2 || choices.includes(null))
    throw new BadInput(
      `the choices are ${shown(value)}`,
      where,
      'Write them as a list of 2 to 10 texts, or each with its letter.',
    );
  return choices as { letter: string; text: string }[];
}

const LETTERS = 'ABCDEFGHIJ';
