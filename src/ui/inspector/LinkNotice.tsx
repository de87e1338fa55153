import { bytesText } from '../../data/bytes';
import { taskOfModel } from '../../data/tasks';
import { excerpt } from '../../data/visible';
import type { Subject } from '../../inspect/types';
import { cachedEntries, nameShown } from '../models/names';
import { type ModelsState, useModels } from '../models/store';
import notices from '../notices/Notices.module.css';
import { chooseComparison, openModel, openOther } from './actions/chooseModel';
import { loadMain } from './session';
import { NANO, useInspector } from './store';

/** What a link names is not fetched without a word: it may be gigabytes, and whose host it is the person decides. */
export function LinkNotice() {
  const offered = useInspector((s) => s.offered);
  const offeredOther = useInspector((s) => s.offeredOther);
  const subject = useInspector((s) => s.subject);
  const other = useInspector((s) => s.otherSubject);
  return (
    <>
      {offered && (
        <Offer what="This link was made with" subject={subject} onOpen={loadMain}>
          <button type="button" onClick={() => openModel(NANO)}>
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
  onOpen(): void;
  /** The way out. */
  children: React.ReactNode;
}

function Offer({ what, subject, onOpen, children }: Props) {
  const models = useModels();
  const { model, adapter } = subject;
  const parts = [model, ...(adapter === null ? [] : [adapter])].filter((name) => taskOfModel(name) === null);
  return (
    <div className={notices.fault} role="alert">
      <p>
        {what} {shown(model)}
        {adapter !== null && ` and the adapter ${shown(adapter)}`}. It is loaded only when you say so.{' '}
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
  const { host } = new URL(/^https?:/i.test(name) && URL.canParse(name) ? name : access.endpoint);
  return `${shown(name)} would be fetched from ${host}, which alone knows its size: it may be gigabytes.`;
}
