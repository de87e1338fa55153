import { useMemo, useState } from 'react';
import { unless } from '../../unless';
import { NumberField } from '../choices/NumberField';
import styles from '../search/Search.module.css';
import { Tree } from '../search/Tree';
import { branchesOf } from '../search/tree';
import { Votes } from '../search/Votes';
import { askSearch, stop } from '../session';
import { isAsked, useInspector } from '../store';
import tabs from './Tabs.module.css';

/** Reasoning at test time: steps drawn, scored by their PMI with the question, and a weighted vote (MITS). */
export function SearchTab() {
  // A tree belongs to the prompt that it grew from.
  const tree = useInspector((s) => (s.tree?.prompt === s.texts.student ? s.tree : null));
  const working = useInspector((s) => isAsked(s, 'search'));
  const [withCut, setWithCut] = useState(false);
  const branches = useMemo(() => (tree ? branchesOf(tree.search, withCut) : []), [tree, withCut]);
  return (
    <>
      <Settings working={working} />
      {!tree || tree.search.nodes.length === 0 ? (
        <p className={tabs.empty}>
          {working
            ? 'The first steps are drawn …'
            : 'Steps are drawn after the student’s prompt; each is worth how much likelier the question makes it, log p(step | question, …) − log p(step | …). The best go on, and their answers vote.'}
        </p>
      ) : (
        <>
          <p className={styles.said}>
            {tree.search.nodes.length} steps{working && ' so far'}, {tree.search.tokens.drawn} tokens drawn and scored.{' '}
            <label>
              <input type="checkbox" checked={withCut} onChange={(e) => setWithCut(e.target.checked)} /> show those that
              were cut off
            </label>
          </p>
          {tree.search.chains.length > 0 && <Votes chains={tree.search.chains} />}
          <Tree branches={branches} label="First steps" />
        </>
      )}
    </>
  );
}

type Searching = ReturnType<typeof useInspector.getState>['searching'];

function Settings({ working }: { working: boolean }) {
  const { base, gain, width } = useInspector((s) => s.searching);
  const ready = useInspector((s) => s.main !== null && s.problem !== null && s.texts.student !== '');
  const change = (patch: Partial<Searching>): void =>
    useInspector.setState((s) => ({ searching: { ...s.searching, ...patch } }));
  return (
    <div className={styles.fields}>
      <NumberField
        label="Steps drawn"
        shown
        value={base}
        min={1}
        max={64}
        whole
        onChange={(v) => change({ base: v })}
      />
      <NumberField label="Entropy gain" shown value={gain} min={0} max={100} onChange={(v) => change({ gain: v })} />
      <NumberField label="Beam" shown value={width} min={1} max={1024} whole onChange={(v) => change({ width: v })} />
      {working ? (
        <button type="button" onClick={() => void stop('search')}>
          Stop
        </button>
      ) : (
        <button type="button" {...unless(ready ? null : 'A model and a problem come first.')} onClick={askSearch}>
          Search
        </button>
      )}
    </div>
  );
}
