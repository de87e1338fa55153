import { useId, useState } from 'react';
import { HUB } from '../../library/sources/hub-id';
import { chooseHub } from '../actions/chooseHub';
import styles from './Section.module.css';
import { changeAccess } from './shelf';
import { useModels } from './store';
import { TokenField } from './TokenField';

/** Where Hub ids lead: the Hub itself, or a mirror; and the token, where one is needed. */
export function HubFields() {
  const id = useId();
  const { endpoint, token } = useModels((s) => s.access);
  const [text, setText] = useState(endpoint);
  const problem = useModels((s) => s.hubProblem);
  return (
    <details className={styles.fold}>
      <summary>Hub and token</summary>
      <label htmlFor={id}>Address of the Hub</label>
      <input
        id={id}
        type="url"
        spellCheck={false}
        value={text}
        placeholder={HUB}
        aria-invalid={problem !== null}
        aria-describedby={`${id}-doc`}
        onChange={({ target }) => setText(target.value)}
        onBlur={() => chooseHub(text)}
        onKeyDown={({ key }) => {
          if (key === 'Enter') chooseHub(text);
        }}
      />
      <p id={`${id}-doc`} className={problem ? styles.problem : styles.caption}>
        {problem ?? 'A mirror is remembered in this browser. Nothing is asked of it before you name a model.'}
      </p>
      {token === null ? (
        <TokenField label="Use it" />
      ) : (
        <button type="button" onClick={() => changeAccess({ token: null })}>
          Forget the token
        </button>
      )}
    </details>
  );
}
