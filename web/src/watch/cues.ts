// Firefox has no such box.
const isLiftedByStyle = CSS.supports('selector(::-webkit-media-text-track-container)');

/** Keeps captions above the controls, by as much as the style says: all of them at once where the browser can, else cue by cue. */
export function connectCues(video: HTMLVideoElement, stage: HTMLElement): void {
  const lifted = new WeakSet<VTTCue>();
  const place = () => {
    if (video.clientHeight > 0) {
      const style = getComputedStyle(video);
      const lift = parseFloat(style.getPropertyValue('--cue-lift'));
      const lineHeight = parseFloat(style.getPropertyValue('--cue-size')) * 1.35;
      for (const cue of activeCues(video).filter((cue) => cue.line === 'auto' || lifted.has(cue))) {
        lifted.add(cue);
        cue.snapToLines = false;
        cue.lineAlign = 'end';
        // Firefox 153 puts the middle there, not the end: half of its lines more, which is still fine once it does not.
        const bottom = lift + (cue.text.split('\n').length * lineHeight) / 2;
        cue.line = Math.max(100 - (bottom / video.clientHeight) * 100, 0);
      }
    }
  };

  if (!isLiftedByStyle) {
    video.textTracks.addEventListener('addtrack', ({ track }) => track?.addEventListener('cuechange', place));
    new MutationObserver(place).observe(stage, { attributeFilter: ['data-awake'] });
    new ResizeObserver(place).observe(video);
  }
}

function activeCues(video: HTMLVideoElement): VTTCue[] {
  const shown = [...video.textTracks].filter((track) => track.mode === 'showing');
  return shown.flatMap((track) => [...(track.activeCues ?? [])] as VTTCue[]);
}
