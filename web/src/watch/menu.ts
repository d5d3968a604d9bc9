import { element } from './elements';
import type { Quality } from './stream';

const speeds = [0.5, 0.75, 1, 1.25, 1.5, 2];

/** The settings menu: quality and speed, as two groups of radio items. */
export class Menu {
  private readonly button = element<HTMLButtonElement>('settings');
  private readonly panel = element('menu');
  private readonly label = element('quality-label');
  private qualities: readonly Quality[] = [];
  private selected = -1;
  private shown = -1;

  constructor(private readonly video: HTMLVideoElement, private readonly onSelect: (level: number) => void) {
    this.button.addEventListener('click', () => this.toggle(this.panel.hidden));
    this.panel.addEventListener('keydown', (event) => this.move(event));
    document.addEventListener('pointerdown', (event) => {
      if (event.target instanceof Node && !this.panel.contains(event.target) && !this.button.contains(event.target)) {
        this.toggle(false);
      }
    });
    this.render();
  }

  get isOpen(): boolean {
    return !this.panel.hidden;
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

  toggle(isOpen: boolean): void {
    const hadFocus = this.panel.contains(document.activeElement);
    this.panel.hidden = !isOpen;
    this.button.setAttribute('aria-expanded', String(isOpen));
    if (isOpen) {
      this.panel.querySelector<HTMLElement>('[aria-checked="true"]')?.focus();
    } else if (hadFocus) {
      this.button.focus();
    }
  }

  private render(): void {
    const shownLabel = this.qualities.find((quality) => quality.level === this.shown)?.label ?? '';
    const auto = shownLabel !== '' && this.selected === -1 ? `Auto (${shownLabel})` : 'Auto';
    const focused = document.activeElement?.getAttribute('data-key');
    const qualityItems = [{ level: -1, label: auto }, ...this.qualities].map((quality) =>
      this.item(`q${quality.level}`, quality.label, quality.level === this.selected, () => {
        this.selected = quality.level;
        this.onSelect(quality.level);
      }));
    const speedItems = speeds.map((speed) =>
      this.item(`s${speed}`, speed === 1 ? 'Normal' : `${speed}×`, speed === this.video.playbackRate, () => {
        this.video.playbackRate = speed;
      }));
    this.panel.replaceChildren(this.group('Quality', qualityItems), this.group('Speed', speedItems));
    if (focused) {
      this.panel.querySelector<HTMLElement>(`[data-key="${CSS.escape(focused)}"]`)?.focus();
    }

    this.label.textContent = this.selected === -1
      ? shownLabel || 'Auto'
      : (this.qualities.find((quality) => quality.level === this.selected)?.label ?? '');
  }

  private group(name: string, items: HTMLElement[]): HTMLElement {
    const group = document.createElement('div');
    const title = document.createElement('p');
    group.setAttribute('role', 'group');
    group.setAttribute('aria-label', name);
    title.textContent = name;
    group.append(title, ...items);
    return group;
  }

  private item(key: string, label: string, isChecked: boolean, choose: () => void): HTMLElement {
    const item = document.createElement('button');
    item.type = 'button';
    item.dataset.key = key;
    item.setAttribute('role', 'menuitemradio');
    item.setAttribute('aria-checked', String(isChecked));
    item.textContent = label;
    item.addEventListener('click', () => {
      choose();
      this.toggle(false);
      this.render();
    });
    return item;
  }

  private move(event: KeyboardEvent): void {
    const items = [...this.panel.querySelectorAll<HTMLElement>('[role="menuitemradio"]')];
    const at = items.indexOf(document.activeElement as HTMLElement);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      items[(at + step + items.length) % items.length]?.focus();
      event.preventDefault();
      event.stopPropagation();
    } else if (event.key === 'Escape') {
      this.toggle(false);
      event.stopPropagation();
    }
  }
}
