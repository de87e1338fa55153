/** The exported page's style. Its colours are those of the lab's own page (src/ui/styles/tokens.css; a test compares). */

/** Tints from −3 to +3 and what is around them, light and dark. */
export const COLOURS = {
  surface: ['#ffffff', '#121417'],
  ink: ['#1a1d21', '#eceef0'],
  'ink-muted': ['#5b636b', '#9aa4ae'],
  'hairline-colour': ['#e3e6e9', '#2a2e33'],
  'below-3': ['#f2994e', '#8f521b'],
  'below-2': ['#fcc49a', '#653c1a'],
  'below-1': ['#fee6d5', '#3d2919'],
  'above-1': ['#ddedff', '#1c2f46'],
  'above-2': ['#afd5fe', '#234877'],
  'above-3': ['#73b6fa', '#2863ab'],
} as const;

const variables = (side: 0 | 1): string =>
  Object.entries(COLOURS)
    .map(([name, pair]) => `--${name}:${pair[side]}`)
    .join(';');

// Two blocks and no light-dark(): the file shall open in browsers of any age.
export const STYLE = `
:root{color-scheme:light dark;${variables(0)}}
@media (prefers-color-scheme:dark){:root{${variables(1)}}}
@media print{:root{color-scheme:light;${variables(0)}}}
body{margin:0;background:var(--surface);color:var(--ink);font:14px/1.5 system-ui,sans-serif}
main{max-width:72rem;margin:0 auto;padding:24px 16px}
h1{font-size:20px}h2{font-size:15px;margin:24px 0 8px}h3{font-size:13px;margin:0 0 4px}
dl{display:grid;grid-template-columns:max-content 1fr;gap:2px 16px;margin:0}
dt{color:var(--ink-muted)}dd{margin:0;overflow-wrap:anywhere}
.tokens,pre{font:13px/1.8 ui-monospace,monospace;white-space:pre-wrap;overflow-wrap:anywhere}
.tokens,pre,table{border-top:1px solid var(--hairline-colour);padding-top:8px;margin:0}
pre{line-height:1.5}
.tokens span,.scale span{padding:2px 0;border-radius:2px}
.legend{color:var(--ink-muted)}
.scale{display:inline-flex;flex-wrap:wrap}.scale span{padding:2px 8px;color:var(--ink);font-variant-numeric:tabular-nums}
.b1,.b2,.b3{text-decoration:underline dotted}
.b1{background:var(--below-1)}.b2{background:var(--below-2)}.b3{background:var(--below-3)}
.a1{background:var(--above-1)}.a2{background:var(--above-2)}.a3{background:var(--above-3)}
.empty{color:var(--ink-muted);outline:1px solid var(--hairline-colour)}
.warning{border-left:3px solid var(--below-3);padding-left:12px}
.pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,20rem),1fr));gap:16px}
.pair section{min-width:0}
table{border-collapse:collapse;width:100%}
th{text-align:left;font-weight:400;color:var(--ink-muted)}td,th{padding:2px 16px 2px 0;vertical-align:top}
td{overflow-wrap:anywhere}.number{white-space:nowrap;font-variant-numeric:tabular-nums}
footer{margin-top:24px;color:var(--ink-muted)}
`;
