import '../style/base.css';
import '../style/app.css';
import { render } from 'preact';
import { useEffect } from 'preact/hooks';
import { session } from './api/session';
import { t } from './i18n';
import { followLibrary } from './library';
import { learnMe } from './me';
import { Library } from './pages/Library';
import { SignIn } from './pages/SignIn';
import { SystemPage } from './pages/SystemPage';
import { VideoPage } from './pages/VideoPage';
import { WebhookPage } from './pages/WebhookPage';
import { Webhooks } from './pages/Webhooks';
import { Shell } from './parts/Shell';
import { path } from './router';
import './theme';

function App() {
  const isIn = session.value !== null;
  useEffect(() => (isIn ? followLibrary() : undefined), [isIn]);
  useEffect(() => (isIn ? learnMe() : undefined), [isIn]);
  return <Shell>{isIn ? <Page /> : <SignIn />}</Shell>;
}

function Page() {
  const [, first, id] = path.value.split('/');
  if (first === '') {
    return <Library />;
  }

  if (first === 'videos' && id !== undefined) {
    return <VideoPage key={id} id={id} />;
  }

  if (first === 'webhooks') {
    return id === undefined ? <Webhooks /> : <WebhookPage key={id} id={id} />;
  }

  if (first === 'system') {
    return <SystemPage />;
  }

  return <div class="page"><p class="empty">{t('notFound')}</p></div>;
}

render(<App />, document.getElementById('app')!);
