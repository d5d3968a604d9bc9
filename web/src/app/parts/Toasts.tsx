import { signal } from '@preact/signals';
import { Refusal } from '../api/client';
import { t } from '../i18n';
import { Icon } from './Icon';

interface Toast {
  id: number;
  text: string;
}

const toasts = signal<readonly Toast[]>([]);
const shownFor = 8000;
let ids = 0;

export function tell(text: string): void {
  const id = ++ids;
  toasts.value = [...toasts.value, { id, text }];
  setTimeout(() => dismiss(id), shownFor);
}

/** Does what a click asked for, and says why it did not work. */
export async function attempt(work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    tell(error instanceof Refusal ? error.message : t('offline'));
    return false;
  }
}

function dismiss(id: number): void {
  toasts.value = toasts.value.filter((toast) => toast.id !== id);
}

export function Toasts() {
  return (
    <div class="toasts" role="alert">
      {toasts.value.map((toast) => (
        <p key={toast.id} class="toast">
          {toast.text}
          <button type="button" class="plain" aria-label={t('dismiss')} onClick={() => dismiss(toast.id)}>
            <Icon name="close" />
          </button>
        </p>
      ))}
    </div>
  );
}
