/** The page's own colours and fonts, in light, whatever the theme is. */

export interface Palette {
  readonly surface: string;
  readonly ink: string;
  readonly muted: string;
  readonly fonts: { readonly words: string; readonly tokens: string };
  tint(step: number, scale: 'both' | 'amount'): string;
}

/** Read from the style sheet, where alone they stand. */
export function lightColours(): Palette {
  const probe = document.createElement('div');
  probe.style.colorScheme = 'light';
  document.body.append(probe);
  const style = getComputedStyle(probe);
  const colour = (name: string): string => {
    probe.style.color = `var(--${name})`;
    return style.color;
  };
  const named = (name: string): [string, string] => [name, colour(name)];
  const tints = ['below', 'above', 'amount'].flatMap((side) => [1, 2, 3].map((step) => named(`${side}-${step}`)));
  const all = new Map(tints);
  const palette: Palette = {
    surface: colour('surface'),
    ink: colour('ink'),
    muted: colour('ink-muted'),
    fonts: { words: style.getPropertyValue('--words').trim(), tokens: style.getPropertyValue('--tokens').trim() },
    tint(step, scale) {
      const side = scale === 'amount' ? 'amount' : step < 0 ? 'below' : 'above';
      return all.get(`${side}-${Math.abs(step)}`) ?? 'transparent';
    },
  };
  probe.remove();
  return palette;
}
