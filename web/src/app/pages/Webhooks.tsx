import { useEffect, useState } from 'preact/hooks';
import { api, must, Refusal, type EventFilter, type Webhook } from '../api/client';
import { t } from '../i18n';
import { CopyField } from '../parts/CopyField';
import { Dialog } from '../parts/Dialog';
import { Icon } from '../parts/Icon';
import { Status } from '../parts/Status';
import { attempt } from '../parts/Toasts';

export function Webhooks() {
  const [webhooks, setWebhooks] = useState<Webhook[] | null>(null);
  const [isMaking, setMaking] = useState(false);
  const [secret, setSecret] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const load = () => attempt(async () => setWebhooks((await must(api.GET('/v1/webhooks'))).items));
  useEffect(() => void load(), []);

  async function create(event: Event) {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    // As they were typed: the server says which of them it does not know.
    const events = String(form.get('events')).split(/[\s,]+/).filter(Boolean) as EventFilter[];
    setProblem(null);
    try {
      const made = await must(api.POST('/v1/webhooks', { body: { url: String(form.get('url')).trim(), events } }));
      setSecret(made.secret);
      setMaking(false);
      await load();
    } catch (error) {
      setProblem(error instanceof Refusal ? [error.message, ...error.details.map((d) => `${d.path}: ${d.message}`)].join(' ') : t('offline'));
    }
  }

  return (
    <div class="page">
      <div class="head">
        <h1>{t('webhooks')}</h1>
        <span class="space" />
        <button type="button" class="button" onClick={() => setMaking(true)}><Icon name="hook" />{t('newWebhook')}</button>
      </div>
      <p class="quiet">{t('webhooksText')}</p>
      {webhooks?.length === 0 && <p class="empty">{t('noWebhooks')}</p>}
      <ul class="rows">
        {webhooks?.map((webhook) => (
          <li key={webhook.id}>
            <a class="row" href={`/app/webhooks/${webhook.id}`}>
              <strong class="name">{webhook.url}</strong>
              <span class="quiet">{webhook.events.join(', ')}</span>
              <Status of={webhook.status} word={webhook.status === 'ENABLED' ? t('enabled') : t('disabled')} />
            </a>
          </li>
        ))}
      </ul>
      {isMaking && (
        <Dialog title={t('newWebhook')} onClose={() => setMaking(false)}>
          <form onSubmit={(e) => void create(e)}>
            <label class="field">{t('address')}<input name="url" type="url" required maxLength={2048} placeholder="https://app.example.org/hook" /></label>
            <label class="field">{t('events')}<textarea name="events" rows={3} required defaultValue={'video.ready\nvideo.failed'} aria-describedby="events-hint" />
              <small id="events-hint" class="quiet">{t('eventsHint')}</small>
            </label>
            {problem !== null && <p class="problem-line" role="alert">{problem}</p>}
            <p class="buttons"><button type="button" class="button" onClick={() => setMaking(false)}>{t('cancel')}</button><button class="button primary">{t('create')}</button></p>
          </form>
        </Dialog>
      )}
      {secret !== null && <SecretDialog secret={secret} onClose={() => setSecret(null)} />}
    </div>
  );
}

export function SecretDialog({ secret, onClose }: { secret: string; onClose: () => void }) {
  return (
    <Dialog title={t('secret')} onClose={onClose}>
      <p>{t('secretOnce')}</p>
      <CopyField label={t('secret')} text={secret} />
      <p class="buttons"><button type="button" class="button primary" onClick={onClose}>{t('done')}</button></p>
    </Dialog>
  );
}
