/** The curves of a supervised run, and its figures as a table. */
import type { SftFigures } from '../../runs/sft-events';
import type { Figure } from '../charts/curves';
import type { Column } from '../charts/StepTable';

export const SFT_FIGURES: readonly Figure<SftFigures>[] = [
  {
    title: 'Loss',
    doc: 'nats a learnt token, each batch before its update; held-out loss as dots',
    large: true,
    lines: [
      { key: 'loss', label: 'loss', look: 'solid', of: (f) => f.loss },
      { key: 'dots', label: 'held-out', look: 'dots', of: () => null },
    ],
  },
  {
    title: 'Learning rate',
    doc: 'linear warm-up, then a cosine to a tenth',
    lines: [{ key: 'lr', label: 'rate', look: 'solid', of: (f) => f.lr }],
  },
  {
    title: 'Gradient norm',
    doc: 'before clipping',
    lines: [{ key: 'norm', label: 'norm', look: 'solid', of: (f) => f.gradNorm }],
  },
  {
    title: 'Tokens a second',
    doc: 'prompts included, over the update’s wall time',
    lines: [{ key: 'speed', label: 'tokens/s', look: 'solid', of: (f) => f.tokensPerSecond }],
  },
  {
    title: 'Learnt tokens',
    doc: 'tokens of the batch that carry loss',
    lines: [{ key: 'learnt', label: 'tokens', look: 'solid', of: (f) => f.learnt }],
  },
];

export const SFT_COLUMNS: readonly Column<SftFigures>[] = [
  ['update', (f) => String(f.step)],
  ['epoch', (f) => String(f.epoch)],
  ['loss', (f) => f.loss],
  ['norm', (f) => f.gradNorm],
  ['rate', (f) => f.lr],
  ['learnt', (f) => f.learnt],
  ['tokens/s', (f) => f.tokensPerSecond],
];
