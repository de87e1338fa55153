/** Tints and tokens in a terminal. */
import { visible } from '../data/visible';

/** Backgrounds from −3 to +3 among a terminal's 256 colours; the text on them is black, whatever the theme. */
const BACKGROUND: Record<number, number> = { [-3]: 208, [-2]: 216, [-1]: 223, 1: 189, 2: 153, 3: 75 };

export const painted = (text: string, step: number): string =>
  // Line ends stay outside, or the terminal would paint the rest of the line.
  step === 0
    ? text
    : text.replace(/[^\n]+/g, (line) => `\u001b[48;5;${BACKGROUND[step]}m\u001b[38;5;16m${line}\u001b[0m`);

export const quoted = (token: string): string => JSON.stringify(visible(token));
