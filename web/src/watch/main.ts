import '../style/base.css';
import '../style/watch.css';
import { Captions } from './captions';
import { Controls } from './controls';
import { connectCues } from './cues';
import { element } from './elements';
import { clock } from './format';
import { connectKeyboard } from './keyboard';
import { embeddedLink, readLink } from './link';
import type { Problem } from './problems';
import { Settings } from './settings';
import { loadStoryboard } from './storyboard';
import { openStream, type Stream } from './stream';
import { connectTimeline } from './timeline';

const video = element<HTMLVideoElement>('video');
const stage = element('stage');
const retry = element<HTMLButtonElement>('retry');
const embedded = embeddedLink(location.pathname);
const storyboardWait = 5000;
const storyboardTries = 12;
let stream: Stream | null = null;
let isGrowing = false;
let size = '';

const settings = new Settings(video, (level) => stream?.select(level));
const captions = new Captions((text) => stream?.showText(text));
const controls = new Controls(video, () => !settings.isOpen && !captions.isOpen);
const timeline = connectTimeline(video);
connectKeyboard(video, controls, captions);
connectCues(video, stage);

function open(startAt: number, mustPlay: boolean): void {
  stream?.stop();
  stream = null;
  showProblem(null);
  showGrowing(false);
  showSize(0, 0);
  timeline.setTiles([]);
  captions.setTexts([]);
  const link = readLink(embedded ?? location.hash, location.origin);
  if ('problem' in link) {
    showProblem(link.problem);
    return;
  }

  stage.dataset.state = 'ready';
  const opened = openStream(video, link.url, startAt, {
    onQualities: (qualities) => settings.setQualities(qualities),
    onSize: showSize,
    onQuality: (level) => settings.setShown(level),
    onTexts: (texts) => captions.setTexts(texts),
    onText: (text) => captions.setShown(text),
    onTextFailed: (text) => captions.setFailed(text),
    onGrowing: showGrowing,
    onProblem: showProblem,
  });
  stream = opened;
  void showStoryboard(link.url, opened);
  if (mustPlay) {
    void video.play().catch(() => undefined); // the browser wants a click first: the button is there
  }
}

/** It may be made after the first pictures, and after the last: it is asked for again while more is to come, and for a minute beyond. */
async function showStoryboard(url: string, of: Stream): Promise<void> {
  for (let left = storyboardTries; left > 0 && stream === of && stage.dataset.state !== 'problem'; left -= isGrowing ? 0 : 1) {
    const tiles = await loadStoryboard(url);
    if (tiles.length > 0) {
      if (stream === of) {
        timeline.setTiles(tiles);
      }

      return;
    }

    await new Promise((done) => setTimeout(done, storyboardWait));
  }
}

function openAgain(): void {
  open(video.currentTime, stage.dataset.started === 'true');
}

function showProblem(problem: Problem | null): void {
  element('problem').hidden = problem === null;
  stage.dataset.state = problem === null ? 'ready' : 'problem';
  stage.dataset.problem = problem?.code ?? '';
  if (problem !== null) {
    const wasAt = video.currentTime;
    video.pause();
    element('problem-title').textContent = problem.title;
    element('problem-text').textContent = problem.text;
    retry.hidden = !problem.canRetry;
    retry.onclick = () => open(wasAt, true);
    size = ''; // nor when the length that it had is gone, in a moment
    element('facts').textContent = '';
    if (problem.code === 'offline') {
      window.addEventListener('online', openAgain, { once: true });
    }
  }
}

function showGrowing(isMoreToCome: boolean): void {
  isGrowing = isMoreToCome;
  element('growing').hidden = !isGrowing;
}

function showSize(width: number, height: number): void {
  size = width > 0 ? `${width} × ${height}` : '';
  showFacts();
}

function showFacts(): void {
  if (video.videoWidth > 0) {
    // Neither a strip nor a tower: the picture keeps its own shape inside of the stage.
    const ratio = Math.min(Math.max(video.videoWidth / video.videoHeight, 0.8), 2.4);
    element('theatre').style.setProperty('--ratio', ratio.toFixed(4));
  }

  const length = Number.isFinite(video.duration) ? clock(video.duration) : '';
  element('facts').textContent = [length, size].filter((fact) => fact !== '').join(' · ');
}

for (const event of ['loadedmetadata', 'durationchange', 'resize']) {
  video.addEventListener(event, showFacts);
}

window.addEventListener('hashchange', () => open(0, false));
open(0, false);
