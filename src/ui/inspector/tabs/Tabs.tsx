import { type KeyboardEvent, useRef } from 'react';
import { openTab } from '../actions/openTab';
import { type TabName, useInspector } from '../store';
import { CompareTab } from './CompareTab';
import { ContextsTab } from './ContextsTab';
import { EvaluateTab } from './EvaluateTab';
import { LayersTab } from './LayersTab';
import { PromptsTab } from './PromptsTab';
import { SearchTab } from './SearchTab';
import { SignalsTab } from './SignalsTab';
import styles from './Tabs.module.css';
import { TokensTab } from './TokensTab';

const TABS: Record<TabName, { label: string; Panel: () => React.ReactNode }> = {
  prompts: { label: 'Prompts', Panel: PromptsTab },
  contexts: { label: 'Contexts', Panel: ContextsTab },
  layers: { label: 'Layers', Panel: LayersTab },
  search: { label: 'Search', Panel: SearchTab },
  evaluate: { label: 'Evaluate', Panel: EvaluateTab },
  signals: { label: 'Signals', Panel: SignalsTab },
  compare: { label: 'Compare', Panel: CompareTab },
  tokens: { label: 'Tokens', Panel: TokensTab },
};
const NAMES = Object.keys(TABS) as TabName[];

/** What lies behind the tints, one view at a time. */
export function Tabs() {
  const tab = useInspector((s) => s.tab);
  const list = useRef<HTMLDivElement>(null);
  const onKey = (event: KeyboardEvent): void => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const to = { Home: 0, End: NAMES.length - 1 }[event.key];
    if (by === undefined && to === undefined) return;
    event.preventDefault();
    const next = to ?? (NAMES.indexOf(tab) + (by as number) + NAMES.length) % NAMES.length;
    openTab(NAMES[next]);
    list.current?.querySelectorAll('button')[next].focus();
  };
  const { Panel } = TABS[tab];
  return (
    <section className={styles.tabs} aria-label="Behind the tints">
      <div ref={list} role="tablist" aria-label="Views" className={styles.list} onKeyDown={onKey}>
        {NAMES.map((name) => (
          <button
            key={name}
            type="button"
            role="tab"
            id={`tab-${name}`}
            aria-selected={name === tab}
            aria-controls="inspector-tab"
            tabIndex={name === tab ? 0 : -1}
            onClick={() => openTab(name)}
          >
            {TABS[name].label}
          </button>
        ))}
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
      <div id="inspector-tab" role="tabpanel" aria-labelledby={`tab-${tab}`} tabIndex={0} className={styles.panel}>
        <Panel />
      </div>
    </section>
  );
}
