import { useEffect, useState } from 'preact/hooks';
import { api, must, Refusal, type System } from '../api/client';
import { ago, lasting, when } from '../format';
import { t, type Words } from '../i18n';
import { Hours } from '../parts/Hours';
import { Status } from '../parts/Status';

const pollInterval = 5000;

/** For operators: what waits, who works, what was done, what went wrong. */
export function SystemPage() {
  const [system, setSystem] = useState<System | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    let timer: number | undefined;
    let isOver = false;
    async function load() {
      try {
        setSystem(await must(api.GET('/v1/system')));
        setProblem(null);
      } catch (error) {
        setProblem(error instanceof Refusal && error.isFinal ? error.message : t('offline'));
        isOver ||= error instanceof Refusal && error.isFinal;
      }

      if (!isOver) {
        timer = window.setTimeout(() => (document.visibilityState === 'hidden' ? again() : void load()), pollInterval);
      }
    }

    // A page that nobody looks at asks for nothing.
    const again = () => document.addEventListener('visibilitychange', () => !isOver && void load(), { once: true });
    void load();
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, []);

  if (system === null) {
    return <div class="page" aria-busy={problem === null}>{problem !== null && <p class="empty">{problem}</p>}</div>;
  }

  return (
    <div class="page">
      <div class="head">
        <h1>{t('system')}</h1>
        {Object.entries({ API: system.status === 'stopping' ? 'down' : 'ok', ...system.checks }).map(([name, state]) => (
          <Status key={name} of={state === 'ok' ? 'READY' : 'FAILED'} word={names[name] ?? name} />
        ))}
        <span class="space" />
        <span class="quiet">Kinora {system.version}</span>
      </div>
      <p class="quiet">{problem ?? t('systemText')}</p>
      <Queues queues={system.queues} />
      <Hours hours={system.hours} />
      <section class="panel" aria-labelledby="workers-title">
        <h2 id="workers-title">{t('workers')}</h2>
        {system.workers.length === 0 ? <p class="problem-line">{t('noWorkers')}</p> : <Workers workers={system.workers} />}
      </section>
      <section class="panel" aria-labelledby="failures-title">
        <h2 id="failures-title">{t('failures')}</h2>
        {system.failures.length === 0 ? <p class="quiet">{t('noFailures')}</p> : <Failures failures={system.failures} />}
      </section>
    </div>
  );
}

const queues = ['fetch', 'analyze', 'thumbnail', 'hls', 'webhook'] as const;
const names: Record<string, string> = { db: 'PostgreSQL', redis: 'Redis', storage: 'Storage' };

function Queues({ queues }: { queues: System['queues'] }) {
  return (
    <section aria-labelledby="queues-title">
      <h2 id="queues-title" class="unseen">{t('queues')}</h2>
      <ul class="cards">
        {queues.map((queue) => (
          <li key={queue.name}>
            <h3>{t(queue.name as keyof Words)}</h3>
            <span class="figure">{queue.waiting.toLocaleString()}</span>
            <span class="quiet">{t('waiting')} · {queue.running} {t('runningNow')}</span>
            {queue.oldestWaitingMs !== null && <span class="quiet">{t('oldest')} {lasting(queue.oldestWaitingMs)}</span>}
          </li>
        ))}
      </ul>
      {queues.some((queue) => queue.messages === null) && <p class="problem-line">{t('redisAway')}</p>}
    </section>
  );
}

function Workers({ workers }: { workers: System['workers'] }) {
  return (
    <div class="scroll" tabIndex={0} role="group" aria-labelledby="workers-title">
      <table>
        <thead><tr><th>{t('worker')}</th><th /><th>{t('runningNow')}</th><th>{t('slots')}</th><th>{t('sandbox')}</th><th>{t('upSince')}</th></tr></thead>
        <tbody>
          {workers.map((worker) => (
            <tr key={worker.name}>
              <td class="mono">{worker.name}</td>
              <td><Status of={worker.isThere ? 'READY' : 'FAILED'} word={worker.isThere ? t('here') : `${t('silent')} · ${ago(worker.seenAt)}`} /></td>
              <td class="number">{worker.running}</td>
              <td>{queues.filter((queue) => worker.slots[queue]! > 0).map((queue) => `${t(queue)} ${worker.slots[queue]}`).join(', ')}</td>
              <td>{worker.sandbox}</td>
              <td>{when(worker.startedAt)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Failures({ failures }: { failures: System['failures'] }) {
  return (
    <div class="scroll" tabIndex={0} role="group" aria-labelledby="failures-title">
      <table>
        <thead><tr><th>{t('at')}</th><th>{t('job')}</th><th>{t('reason')}</th><th>{t('attempts')}</th></tr></thead>
        <tbody>
          {failures.map((failure) => (
            <tr key={failure.jobId}>
              <td class="number">{when(failure.finishedAt)}</td>
              <td>{t(failure.type as keyof Words)}<br /><span class="mono quiet">{failure.jobId}</span></td>
              <td><strong>{failure.error.code}</strong><br />{failure.error.message}</td>
              <td class="number">{failure.attempts}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
