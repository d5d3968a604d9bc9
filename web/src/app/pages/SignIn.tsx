import { useState } from 'preact/hooks';
import { api, must, Refusal } from '../api/client';
import { keep } from '../api/session';
import { t } from '../i18n';

export function SignIn() {
  const [isNew, setNew] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);

  async function submit(event: SubmitEvent) {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const credentials = { email: String(form.get('email')), password: String(form.get('password')) };
    setBusy(true);
    setProblem(null);
    try {
      if (isNew) {
        await must(api.POST('/v1/auth/register', { body: credentials }));
      }

      keep(await must(api.POST('/v1/auth/login', { body: credentials })));
    } catch (error) {
      setProblem(error instanceof Refusal ? [error.message, ...error.details.map((d) => d.message)].join(' ') : t('offline'));
    } finally {
      setBusy(false);
    }
  }

  function turn() {
    setNew(!isNew);
    setProblem(null);
  }

  return (
    <div class="gate">
      <p class="claim">{t('tagline')}</p>
      <form class="panel" onSubmit={(e) => void submit(e as unknown as SubmitEvent)}>
        <h1>{isNew ? t('signUp') : t('signIn')}</h1>
        <label class="field">{t('email')}
          <input name="email" type="email" required autocomplete="username" maxLength={254} />
        </label>
        <label class="field">{t('password')}
          <input name="password" type="password" required minLength={isNew ? 10 : 1} maxLength={128} autocomplete={isNew ? 'new-password' : 'current-password'} aria-describedby="password-hint" />
          {isNew && <small id="password-hint" class="quiet">{t('passwordHint')}</small>}
        </label>
        {problem !== null && <p class="problem-line" role="alert">{problem}</p>}
        <button class="button primary wide" disabled={isBusy}>{isNew ? t('signUp') : t('signIn')}</button>
        <button type="button" class="plain wide" onClick={turn}>{isNew ? t('toSignIn') : t('toSignUp')}</button>
      </form>
    </div>
  );
}
