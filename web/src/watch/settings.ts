import { element } from './elements';
import { Menu } from './menu';
import type { Quality } from './stream';

const speeds = [0.5, 0.75, 1, 1.25, 1.5, 2];

/** The menu of quality and speed. */
export class Settings {
  private readonly label = element('quality-label');
  private readonly menu: Menu;
  private qualities: readonly Quality[] = [];
  private selected = -1;
  private shown = -1;

  constructor(private readonly video: HTMLVideoElement, private readonly onSelect: (level: number) => void) {
    this.menu = new Menu(element<HTMLButtonElement>('settings'), element('menu'), () => [
      { name: 'Quality', items: this.qualityItems() },
      { name: 'Speed', items: this.speedItems() },
    ]);
    this.render();
  }

  get isOpen(): boolean {
    return this.menu.isOpen;
  }

  setQualities(qualities: readonly Quality[]): void {
    this.qualities = qualities;
    this.selected = -1;
    this.render();
  }

  /** @param level the one on the screen. */
  setShown(level: number): void {
    this.shown = level;
    this.render();
  }

  private render(): void {
    this.menu.render();
    this.label.textContent = this.selected === -1 ? this.labelOf(this.shown) || 'Auto' : this.labelOf(this.selected);
  }

  private qualityItems() {
    const shown = this.labelOf(this.shown);
    const auto = shown !== '' && this.selected === -1 ? `Auto (${shown})` : 'Auto';
    return [{ level: -1, label: auto }, ...this.qualities].map(({ level, label }) => ({
      key: `q${level}`,
      label,
      isChecked: level === this.selected,
      choose: () => {
        this.selected = level;
        this.onSelect(level);
        this.render();
      },
    }));
  }

  private speedItems() {
    return speeds.map((speed) => ({
      key: `s${speed}`,
      label: speed === 1 ? 'Normal' : `${speed}×`,
      isChecked: speed === this.video.playbackRate,
      choose: () => {
        this.video.playbackRate = speed;
      },
    }));
  }

  private labelOf(level: number): string {
    return this.qualities.find((quality) => quality.level === level)?.label ?? '';
  }
}
