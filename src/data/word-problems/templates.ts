/** The table of word problems. A new kind is a row in one of these files. */
import { COUNTING } from './counting';
import { MONEY } from './money';
import { RATES } from './rates';
import { SHARES } from './shares';
import type { Template } from './template';

export const TEMPLATES: readonly Template[] = [...MONEY, ...RATES, ...SHARES, ...COUNTING];
