import { memo } from 'react';
import styles from './Prompts.module.css';
import { type PromptPart, promptParts } from './privileged';

interface Props {
  text: string;
  /** What only this reader is shown. */
  marked: readonly [from: number, to: number] | null;
}

/** A prompt to the letter: line breaks kept, special tokens set apart. */
export const PromptText = memo(function PromptText({ text, marked }: Props) {
  return (
    <pre className={styles.text} dir="auto">
      {promptParts(text, marked).map((part) => (
        <Part key={part.from} part={part} />
      ))}
    </pre>
  );
});

function Part({ part: { text, special, marked } }: { part: PromptPart }) {
  const inner = special ? <span className={styles.special}>{text}</span> : text;
  return marked ? <mark className={styles.mark}>{inner}</mark> : inner;
}
