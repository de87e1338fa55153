import { Fragment } from 'react';
import { Formula } from './Formula';
import { bitsOf, fill } from './markup';
import { Sign } from './Sign';

interface Props {
  text: string;
  values?: Readonly<Record<string, string | number>>;
}

/** A text of the words, with its symbols and formulas. */
export function Prose({ text, values = {} }: Props) {
  return bitsOf(fill(text, values)).map((bit, i) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: bits of a text do not move
    <Fragment key={i}>
      {bit.kind === 'text' && bit.text}
      {bit.kind === 'symbol' && <Sign name={bit.name} />}
      {bit.kind === 'formula' && <Formula name={bit.name} />}
    </Fragment>
  ));
}
