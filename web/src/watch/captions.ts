import { element } from './elements';
import { readSetting, writeSetting } from './kept';
import { closest, ownName } from './languages';
import { Menu } from './menu';
import type { Text } from './texts';

const textKey = 'kinora.captions.text';
const shownKey = 'kinora.captions.shown';

/** The button and the menu of captions, seen only where there are any; remembers what was chosen. */
export class Captions {
  private readonly button = element<HTMLButtonElement>('captions');
  private readonly menu: Menu;
  private texts: readonly Text[] = [];
  private shown = -1;
  private failed = -1;
  private chosen = readSetting(textKey) ?? '';
  private isWanted = readSetting(shownKey) === 'true';

  /** @param onSelect gets the number of a text; -1: none. */
  constructor(private readonly onSelect: (text: number) => void) {
    this.menu = new Menu(this.button, element('captions-menu'), () => [{
      name: 'Captions',
      items: [
        { key: 'off', label: 'Off', isChecked: this.shown === -1, choose: () => this.choose(-1) },
        ...this.texts.map((text, i) => ({
          key: text.name,
          label: this.failed === i ? `${labelOf(text)} (did not load)` : labelOf(text),
          language: text.language,
          isChecked: this.shown === i,
          choose: () => this.choose(i),
        })),
      ],
    }]);
    this.render();
  }

  get isOpen(): boolean {
    return this.menu.isOpen;
  }

  setTexts(texts: readonly Text[]): void {
    this.texts = texts;
    this.shown = -1;
    this.failed = -1;
    const remembered = this.remembered();
    if (this.isWanted && remembered !== -1) {
      this.select(remembered);
    }

    this.render();
  }

  /** @param text the one over the picture; -1: none. */
  setShown(text: number): void {
    this.shown = text;
    this.render();
  }

  /** @param text the one that was to be shown: it may be chosen again. */
  setFailed(text: number): void {
    this.failed = text;
    this.render();
  }

  /** Off; or on: what was chosen the last time, else what the viewer's browser is set to, else the first. */
  toggle(): void {
    if (this.texts.length > 0) {
      const fitting = [this.remembered(), closest(this.texts.map((text) => text.language), navigator.languages), 0];
      this.choose(this.shown === -1 ? (fitting.find((text) => text !== -1) ?? 0) : -1);
    }
  }

  private choose(text: number): void {
    this.failed = -1;
    this.isWanted = text !== -1;
    this.chosen = this.texts[text]?.name ?? this.chosen;
    writeSetting(shownKey, String(this.isWanted));
    writeSetting(textKey, this.chosen);
    this.select(text);
  }

  /** The tracks tell of it later: a key may be pressed again before. */
  private select(text: number): void {
    this.shown = text;
    this.onSelect(text);
    this.render();
  }

  /** Another video may have the language under another name, "en" for "en 2". */
  private remembered(): number {
    const same = this.texts.findIndex((text) => text.name === this.chosen);
    return same !== -1 ? same : closest(this.texts.map((text) => text.language), [this.chosen.replace(/ \d+$/, '')]);
  }

  private render(): void {
    const text = this.texts[this.shown];
    const hasNone = this.texts.length === 0;
    this.button.hidden = hasNone;
    element('captions-key').hidden = hasNone;
    this.button.dataset.on = String(text !== undefined);
    element('captions-label').textContent = text === undefined ? 'off' : labelOf(text);
    if (hasNone) {
      this.menu.toggle(false);
    }

    this.menu.render();
  }
}

/** "English 2" of "en 2"; the name itself where it names no language. */
function labelOf({ name, language }: Text): string {
  const number = / \d+$/.exec(name)?.[0] ?? '';
  const known = language === '' ? null : ownName(language);
  return known === null ? name : known + number;
}
