/** Context modes as a person reads them. */
import type { InspectMode } from '../../../inspect/types';

export const MODE_LABELS: Record<InspectMode, string> = {
  'sibling-then-dataset': 'sibling, else solution',
  sibling: 'a correct sibling',
  dataset: 'the dataset’s solution',
  answer: 'the final answer only',
  feedback: 'feedback only',
  'other-problem': 'another problem’s solution',
  shuffled: 'shuffled sentences',
  none: 'nothing',
  wrong: 'a wrong solution',
};
