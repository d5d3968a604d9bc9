import { useEffect, useState } from 'preact/hooks';
import { api, must, Refusal, type Delivery, type DeliveryDetail, type Webhook } from '../api/client';
import { ago, when } from '../format';
import { t, type Words } from '../i18n';
import { changes } from '../library';
import { Icon } from '../parts/Icon';
import { Status } from '../parts/Status';
import { attempt } from '../parts/Toasts';
import { go } from '../router';
import { SecretDialog } from './Webhooks';

const pollInterval = 3000;

export function WebhookPage({ id }: { id: string }) {
  const params = { params: { path: { webhookId: id } } };
  const [webhook, setWebhook] = useState<Webhook | null>(null);
  const [deliveries, setDeliveries] = useState<Delivery[]>([]);
  const [isMissing, setMissing] = useState(false);
  const [secret, setSecret] = useState<string | null>(null);

  async function load() {
    try {
      const [one, page] = await Promise.all([
        must(api.GET('/v1/webhooks/{webhookId}', params)),
        must(api.GET('/v1/webhooks/{webhookId}/deliveries', { params: { path: { webhookId: id }, query: { limit: 50 } } })),
      ]);
      setWebhook(one);
      setDeliveries(page.items);
    } catch (error) {
      setMissing(error instanceof Refusal && error.isFinal);
    }
  }

  // What becomes of a delivery is told to nobody: it is looked up while one is on its way.
  const isWaiting = deliveries.some((delivery) => delivery.status === 'PENDING');
  useEffect(() => void load(), [id, changes.value]);
  useEffect(() => {
    const timer = isWaiting ? setInterval(() => void load(), pollInterval) : undefined;
    return () => clearInterval(timer);
  }, [id, isWaiting]);

  if (isMissing) {
    return <div class="page"><p class="empty">{t('notFound')}</p></div>;
  }

  if (webhook === null) {
    return <div class="page" aria-busy="true" />;
  }

  const isOn = webhook.status === 'ENABLED';
  const act = (work: () => Promise<unknown>) => void attempt(work).then(load);
  return (
    <div class="page">
      <p><a class="back" href="/app/webhooks"><Icon name="back" />{t('webhooks')}</a></p>
      <div class="head">
        <h1 class="name">{webhook.url}</h1>
        <Status of={webhook.status} word={isOn ? t('enabled') : t('disabled')} />
      </div>
      <p class="quiet">{webhook.events.join(', ')}</p>
      {webhook.disabledReason === 'FAILING' && <p class="problem-line">{t('failing')}</p>}
      {webhook.disabledReason === 'GONE' && <p class="problem-line">{t('gone')}</p>}
      <p class="buttons">
        <button type="button" class="button" disabled={!isOn} onClick={() => act(() => must(api.POST('/v1/webhooks/{webhookId}/test', params)))}><Icon name="send" />{t('sendTest')}</button>
        <button type="button" class="button" onClick={() => act(() => must(api.PATCH('/v1/webhooks/{webhookId}', { ...params, body: { enabled: !isOn } })))}>{isOn ? t('turnOff') : t('turnOn')}</button>
        <button type="button" class="button" onClick={() => act(async () => setSecret((await must(api.POST('/v1/webhooks/{webhookId}/rotate-secret', params))).secret))}><Icon name="key" />{t('rotate')}</button>
        <button type="button" class="button danger" onClick={() => void attempt(() => must(api.DELETE('/v1/webhooks/{webhookId}', params))).then((isGone) => isGone && go('/app/webhooks'))}><Icon name="trash" />{t('remove')}</button>
      </p>
      <h2>{t('deliveries')}</h2>
      {deliveries.length === 0 && <p class="empty">{t('noDeliveries')}</p>}
      <ul class="rows">{deliveries.map((delivery) => <DeliveryRow key={delivery.id} webhookId={id} delivery={delivery} canSend={isOn} onSent={() => void load()} />)}</ul>
      {secret !== null && <SecretDialog secret={secret} onClose={() => setSecret(null)} />}
    </div>
  );
}

function DeliveryRow({ webhookId, delivery, canSend, onSent }: { webhookId: string; delivery: Delivery; canSend: boolean; onSent: () => void }) {
  const params = { params: { path: { webhookId, deliveryId: delivery.id } } };
  const [detail, setDetail] = useState<DeliveryDetail | null>(null);
  return (
    <li>
      <details onToggle={(e) => e.currentTarget.open && void attempt(async () => setDetail(await must(api.GET('/v1/webhooks/{webhookId}/deliveries/{deliveryId}', params))))}>
        <summary class="row">
          <strong class="name">{delivery.eventType}</strong>
          <span class="quiet">{ago(delivery.createdAt)}{delivery.nextAttemptAt && delivery.attempts > 0 ? ` · ${t('nextAt')} ${when(delivery.nextAttemptAt)}` : ''}</span>
          {delivery.lastAttempt && <span class="quiet">{delivery.lastAttempt.status ?? t('noAnswer')}</span>}
          <Status of={delivery.status === 'PENDING' ? 'RUNNING' : delivery.status} word={t(delivery.status as keyof Words)} />
        </summary>
        {detail !== null && (
          <div class="detail">
            <h3>{t('request')}</h3>
            <pre tabIndex={0}>{JSON.stringify(detail.payload, null, 2)}</pre>
            <h3>{t('answers')}</h3>
            <ol>{detail.log.map((one) => <li key={one.at}>{when(one.at)} · {one.status ?? one.error ?? t('noAnswer')} · {one.durationMs} ms{one.body && <pre tabIndex={0}>{one.body}</pre>}</li>)}</ol>
            <button type="button" class="button small" disabled={!canSend} onClick={() => void attempt(() => must(api.POST('/v1/webhooks/{webhookId}/deliveries/{deliveryId}/redeliver', params))).then(onSent)}>{t('redeliver')}</button>
          </div>
        )}
      </details>
    </li>
  );
}
