/** A piece of a sprite, and until when it is the picture of the video, in seconds. */
export interface Tile {
  readonly end: number;
  readonly sprite: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const signedMaster = /\/hls\/(~[^/]+)\/master\.m3u8$/;
const cue = /--> ([\d:.]+)\n(\S+)#xywh=(\d+),(\d+),(\d+),(\d+)/g;

/** The pictures of the seek bar, by the signature of the playlist's own link; none where there is no storyboard. */
export async function loadStoryboard(masterUrl: string): Promise<readonly Tile[]> {
  const master = new URL(masterUrl);
  if (!signedMaster.test(master.pathname)) {
    return [];
  }

  master.pathname = master.pathname.replace(signedMaster, '/storyboard/$1/storyboard.vtt');
  const text = await fetch(master).then((answer) => (answer.ok ? answer.text() : ''), () => '');
  return [...text.matchAll(cue)].map(([, end = '', name = '', ...box]) => {
    const [x = 0, y = 0, width = 0, height = 0] = box.map(Number);
    return { end: seconds(end), sprite: new URL(name, master).href, x, y, width, height };
  });
}

export function tileAt(tiles: readonly Tile[], time: number): Tile | undefined {
  return tiles.find((tile) => time < tile.end) ?? tiles.at(-1);
}

function seconds(clock: string): number {
  return clock.split(':').reduce((total, part) => total * 60 + Number(part), 0);
}
