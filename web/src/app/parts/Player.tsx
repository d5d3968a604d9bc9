import { useEffect, useRef } from 'preact/hooks';

/** Of the player's keys those that this page does not need itself: up, down, Home and End move it. */
const keys = /^([ kjlmfc0-9]|ArrowLeft|ArrowRight)$/i;
const takers = 'input, select, textarea, dialog, [contenteditable]';
const takersOfSpace = 'a, button, summary';

/**
 * The player, whose keys work while the focus is anywhere on the page. They are handed on, and the focus stays where it is: with the focus
 * in the frame, who reads the page by keyboard or by ear would begin in the midst of it, and the page could no longer be scrolled by keys.
 */
export function Player({ src, title }: { src: string; title: string }) {
  const frame = useRef<HTMLIFrameElement>(null);
  useEffect(() => {
    const hand = (event: KeyboardEvent) => {
      const target = event.target as Element;
      const isTaken = target.closest(takers) !== null || (event.key === ' ' && target.closest(takersOfSpace) !== null);
      const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.defaultPrevented;
      if (isPlain && !isTaken && keys.test(event.key)) {
        event.preventDefault();
        frame.current?.contentWindow?.postMessage({ key: event.key }, location.origin);
      }
    };
    document.addEventListener('keydown', hand);
    return () => document.removeEventListener('keydown', hand);
  }, []);
  return <iframe ref={frame} src={src} title={title} allow="autoplay; fullscreen; picture-in-picture" />;
}
