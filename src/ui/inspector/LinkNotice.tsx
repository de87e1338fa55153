import { nameShown } from '../models/names';
import notices from '../notices/Notices.module.css';
import { openModel } from './actions/chooseModel';
import { loadMain } from './session';
import { NANO, useInspector } from './store';

/** A link's model is not fetched without a word: it may be gigabytes. */
export function LinkNotice() {
  const offered = useInspector((s) => s.offered);
  const { model, adapter } = useInspector((s) => s.subject);
  if (!offered) return null;
  return (
    <div className={notices.fault} role="alert">
      <p>
        This link was made with {nameShown(model)}
        {adapter && ` and the adapter ${nameShown(adapter)}`}. It is loaded only when you say so, and may be large.
      </p>
      <div className={notices.buttons}>
        <button type="button" data-primary="true" onClick={loadMain}>
          Open {nameShown(model)}
        </button>
        <button type="button" onClick={() => openModel(NANO)}>
          Use the built-in model
        </button>
      </div>
    </div>
  );
}
