/** Settings that contradict a method: refused before a run, with a mend. */
import { ARMS, type Method, type MethodSettings, resolveMethod } from './arms';

export interface Contradiction {
  what: string;
  mend: string;
}

/** What of a configuration contradicts its arm; null where nothing does. */
export function contradiction(c: MethodSettings): Contradiction | null {
  const method = resolveMethod(c);
  const { label } = ARMS[c.arm];
  return ofEvidence(c, method, label) ?? (method.distil ? ofDistillation(c, method, label) : ofOthers(c, label));
}

function ofEvidence(c: MethodSettings, { evidence, combine, lambda }: Method, label: string): Contradiction | null {
  if (evidence === 'slope') return null;
  if (c.divergence !== 'arm')
    return { what: `${label} takes no divergence: its signal is a ${evidence}`, mend: 'Leave divergence at "arm".' };
  if (c.standardise === 'on')
    return { what: `${label} is not standardised: that would undo its bound`, mend: 'Leave standardise at "arm".' };
  if (combine === 'multiply' && lambda > 1)
    return { what: `${label} mixes two advantages, so λ = ${lambda} has no meaning`, mend: 'Choose λ from 0 to 1.' };
  if (evidence === 'contrast' && (c.context === 'none' || c.context === 'feedback'))
    return {
      what: `${label} sets a solution against wrong ones, and the context "${c.context}" shows none`,
      mend: 'Choose a context with a solution.',
    };
  return null;
}

function ofDistillation(c: MethodSettings, { distil, context }: Method, label: string): Contradiction | null {
  if (distil?.over === 'sampled' && distil.alpha !== 1)
    return {
      what: `On sampled tokens ${label} is the reverse KL, α = 1, and α is ${distil.alpha}`,
      mend: 'Choose distilOver top-k or vocabulary, or leave distilAlpha at 1.',
    };
  if (distil?.over !== 'top-k' && (c.distilTopK !== null || c.distilRest !== 'arm'))
    return {
      what: `distilTopK and distilRest are of the likeliest tokens, and ${label} compares ${distil?.over}`,
      mend: 'Choose distilOver top-k, or leave them out.',
    };
  if (c.teacherRate !== null && distil?.teacher !== 'ema')
    return { what: `A teacher that is ${distil?.teacher} follows at no rate`, mend: 'Choose teacherWeights ema.' };
  if (context === 'none' || context === 'feedback')
    return {
      what: `${label} draws the student to a teacher who knows a solution, and the context "${context}" shows none`,
      mend: 'Choose a context with a solution.',
    };
  if (c.lambda !== null || c.divergence !== 'arm' || (c.gate !== 'arm' && c.gate !== 'off'))
    return {
      what: `${label} has no term: λ, divergence and gate have no part in it`,
      mend: 'Leave them out; distilWeight says how much of the loss it is, distilAlpha which divergence.',
    };
  return null;
}

const OF_DISTILLATION = ['distilAlpha', 'distilTopK', 'distilWeight', 'distilClip', 'teacherRate'] as const;
const AS_ARM = ['distilOver', 'distilRest', 'teacherWeights'] as const;

function ofOthers(c: MethodSettings, label: string): Contradiction | null {
  const given = OF_DISTILLATION.find((name) => c[name] !== null) ?? AS_ARM.find((name) => c[name] !== 'arm');
  return given
    ? { what: `${given} is of methods that distil, and ${label} does not`, mend: 'Choose opsd or sdpo.' }
    : null;
}
