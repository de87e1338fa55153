import { useEffect, useState } from 'react';
import { copyLink } from '../actions/copyLink';
import { useLab } from '../state/store';
import { unless } from '../unless';

/** How long the button says that it was done, ms. */
const SAID_FOR = 3000;

/** Copies the page's address with the form's settings, and says so. */
export function CopyLinkButton() {
  const enabled = useLab(copyLink.enabled);
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), SAID_FOR);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = async (): Promise<void> => {
    await copyLink.run(useLab.getState());
    setCopied(useLab.getState().problem === null);
  };
  return (
    <button
      type="button"
      {...unless(enabled ? null : 'A setting is wrong: its field says how.')}
      onClick={() => void copy()}
    >
      {copied ? 'Link copied' : copyLink.label}
    </button>
  );
}
