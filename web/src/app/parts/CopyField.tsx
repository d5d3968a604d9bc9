import { useId, useState } from 'preact/hooks';
import { t } from '../i18n';
import { Icon } from './Icon';

/** A text that is there to be taken elsewhere. */
export function CopyField({ label, text }: { label: string; text: string }) {
  const id = useId();
  const [isCopied, setCopied] = useState(false);
  async function copy() {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), 2000);
  }

  return (
    <div class="field">
      <label for={id}>{label}</label>
      <div class="copy">
        <input id={id} type="text" readOnly value={text} onFocus={(e) => e.currentTarget.select()} />
        <button type="button" class="button" onClick={() => void copy()}>
          <Icon name={isCopied ? 'check' : 'copy'} />
          <span role="status">{isCopied ? t('copied') : t('copy')}</span>
        </button>
      </div>
    </div>
  );
}
