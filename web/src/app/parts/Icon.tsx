/** Drawn in a square of 24, with lines of the text's color. */
const shapes = {
  upload: 'M12 16V5m0 0L7.5 9.5M12 5l4.5 4.5M5 19h14',
  search: 'M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14zm9 2-4.2-4.2',
  pause: 'M9 5v14M15 5v14',
  play: 'M8 5l11 7-11 7z',
  close: 'M6 6l12 12M18 6L6 18',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  retry: 'M4 12a8 8 0 1 1 2.5 5.8M4 20v-5h5',
  copy: 'M9 9h10v11H9zM5 15V4h10',
  trash: 'M5 7h14M10 7V4h4v3m-7 0 1 13h8l1-13',
  pen: 'M4 20l1-4L16 5l3 3L8 19z',
  back: 'M14.5 5.5L8 12l6.5 6.5',
  fold: 'M6 9.5l6 6 6-6',
  film: 'M4 5h16v14H4zM8 5v14M16 5v14M4 9.5h4m-4 5h4m8-5h4m-4 5h4',
  hook: 'M9 8a3 3 0 1 1 5 2.2L17 16m0 0a3 3 0 1 1-2 2.8M14 18H9a4 4 0 1 1-2.5-7',
  out: 'M14 5h5v14h-5M10 8l-4 4 4 4m-4-4h9',
  send: 'M4 12l16-7-6 15-3-6z',
  key: 'M14 10a4 4 0 1 0-3.5 4L12 15.5h2V18h3v-2.5L14 12',
  code: 'M8.5 8L4.5 12l4 4m7-8l4 4-4 4M13.5 6l-3 12',
} as const;

export type IconName = keyof typeof shapes;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={shapes[name]} />
    </svg>
  );
}
