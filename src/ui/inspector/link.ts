/** The page's state as a link, and back. */
import { ARMS, type ArmName } from '../../antisd/arms';
import { type InspectLink, readInspectLink, writeInspectLink } from '../../inspect/inspect-link';
import { INITIAL, type InspectMeasure, type InspectState, type TabName } from './store';

/** Everything that the texts and the view are made from. */
export function linkStateOf(state: InspectState): InspectLink {
  const { subject, compare, otherSubject, choice, context, sampling, texts, edited, arm, measure, tab, group } = state;
  return {
    subject,
    compare,
    other: otherSubject,
    choice,
    context,
    sampling,
    student: edited.student ? texts.student : null,
    teacher: edited.teacher ? texts.teacher : null,
    response: texts.response,
    arm,
    measure,
    tab,
    group,
  };
}

export const inspectAddress = async (state: InspectState): Promise<string> =>
  `${location.origin}${location.pathname}#inspect?${await writeInspectLink(linkStateOf(state))}`;

const MEASURE_NAMES = ['u', 'term', 'advantage', 'H_S', 'H_T', 's', 't', 'delta'];
const TAB_NAMES = ['prompts', 'contexts', 'layers', 'search', 'evaluate', 'signals', 'compare', 'tokens'];

/** What an address' hash asks for; null where it asks for nothing. Throws BadInput for a link that cannot be read. */
export async function stateFromHash(hash: string): Promise<Partial<InspectState> | null> {
  const at = hash.indexOf('?');
  if (at < 0 || at === hash.length - 1) return null;
  const { other, student, teacher, response, arm, measure, tab, ...rest } = await readInspectLink(hash.slice(at + 1));
  return {
    ...rest,
    ...(other && { otherSubject: other }),
    ...(arm && Object.hasOwn(ARMS, arm) && { arm: arm as ArmName }),
    ...(measure && MEASURE_NAMES.includes(measure) && { measure: measure as InspectMeasure }),
    ...(tab && TAB_NAMES.includes(tab) && { tab: tab as TabName }),
    texts: { student: student ?? '', teacher: teacher ?? '', response: response ?? INITIAL.texts.response },
    edited: { student: typeof student === 'string', teacher: typeof teacher === 'string' },
  };
}
