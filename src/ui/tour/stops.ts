/** The tour's six stops: what each is about. Their words are the lessons' (src/ui/learn/words). */
export const STOPS = [
  { id: 'start', at: 'header fieldset' },
  { id: 'settings', at: 'section[aria-label="Settings"] fieldset:has([name="preset"])' },
  { id: 'tokens', at: '[aria-label="Token heatmap"]' },
  { id: 'token', at: '[aria-label="Token detail"]' },
  { id: 'curves', at: '[aria-label="Curves"]' },
  { id: 'learn', at: 'nav[aria-label="Pages"]' },
] as const;
