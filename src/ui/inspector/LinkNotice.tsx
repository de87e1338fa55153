import { bytesText } from '../../data/bytes';
import { taskOfModel } from '../../data/tasks';
import { excerpt } from '../../data/visible';
import type { Subject } from '../../inspect/types';
import { cachedEntries, nameShown } from '../models/names';
import { hostOf, type ModelsState, useModels } from '../models/store';
import notices from '../notices/Notices.module.css';
import { chooseComparison, openBuiltIn, openOther } from './actions/chooseModel';
import { loadMain } from './session';
import { asksHere, useInspector } from './store';

/** What a link names is not fetched without a word: it may be gigabytes, and whose host it is the person decides. */
export function LinkNotice() {
  const offered = useInspector((s) => s.offered);
  const offeredOther = useInspector((s) => s.offeredOther);
  const subject = useInspector((s) => s.subject);
  const other = useInspector((s) => s.otherSubject);
  const choice = useInspector((s) => s.choice);
  return (
    <>
      {offered && (
        <Offer
          what="This link was made with"
          subject={subject}
          task={asksHere(choice) ? null : choice.task}
          onOpen={loadMain}
        >
          <button type="button" onClick={openBuiltIn}>
            Use the built-in model
          </button>
        </Offer>
      )}
      {offeredOther && (
        <Offer what="This link compares with" subject={other} onOpen={() => openOther(other)}>
          <button type="button" onClick={() => chooseComparison('nothing')}>
            Compare with nothing
          </button>
        </Offer>
      )}
    </>
  );
}

interface Props {
  what: string;
  subject: Subject;
  /** Data of another host whose problem it asks. */
  task?: string | null;
  onOpen(): void;
  /** The way out. */
  children: React.ReactNode;
}

function Offer({ what, subject, task = null, onOpen, children }: Props) {
  const models = useModels();
  const { model, adapter } = subject;
  const isThere = (name: string | null) => name !== null && taskOfModel(name) === null;
  const parts = [model, adapter, task].filter((name): name is string => isThere(name));
  return (
    <div className={notices.fault} role="alert">
      <p>
        {what} {shown(model)}
        {adapter !== null && ` and the adapter ${shown(adapter)}`}
        {task !== null && `, and asks a problem of the data ${shown(task)}`}. It is loaded only when you say so.{' '}
        {parts.map((name) => whence(name, models)).join(' ')}
      </p>
      <div className={notices.buttons}>
        <button type="button" data-primary="true" onClick={onOpen}>
          Open {shown(model)}
        </button>
        {children}
      </div>
    </div>
  );
}

const shown = (name: string): string => excerpt(nameShown(name), 100);

/** Where something comes from, and how large it is, as far as that is known without asking anybody. */
function whence(name: string, { cached, dropped, access }: ModelsState): string {
  const held = dropped.find((d) => d.name === name);
  if (held) return `${shown(name)} was dropped on this page, ${bytesText(held.bytes)}.`;
  if (name.startsWith('dropped:')) return `${shown(name)} was dropped on another page: drop it here first.`;
  const kept = cachedEntries(cached ?? []).find((entry) => entry.name === name);
  if (kept) return `${shown(name)} is downloaded already, ${bytesText(kept.bytes)}.`;
  return `${shown(name)} would be fetched from ${hostOf({ access }, name)}, which alone knows its size: it may be gigabytes.`;
}
