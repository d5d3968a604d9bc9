export interface MenuItem {
  readonly key: string;
  readonly label: string;
  /** Of the label, where it is not the page's. */
  readonly language?: string;
  readonly isChecked: boolean;
  choose(): void;
}

export interface MenuGroup {
  readonly name: string;
  readonly items: readonly MenuItem[];
}

/** A menu over the picture, opened by its button: groups of radio items. */
export class Menu {
  constructor(
    private readonly button: HTMLButtonElement,
    private readonly panel: HTMLElement,
    private readonly groups: () => readonly MenuGroup[],
  ) {
    const isOurs = (target: EventTarget | null) => target instanceof Node && (panel.contains(target) || button.contains(target));
    button.addEventListener('click', () => this.toggle(panel.hidden));
    panel.addEventListener('keydown', (event) => this.move(event));
    panel.addEventListener('focusout', (event) => {
      // Not when the focused item is only made anew: the focus then goes nowhere.
      if (event.relatedTarget !== null && !isOurs(event.relatedTarget)) {
        this.toggle(false);
      }
    });
    document.addEventListener('pointerdown', (event) => {
      if (!isOurs(event.target)) {
        this.toggle(false);
      }
    });
  }

  get isOpen(): boolean {
    return !this.panel.hidden;
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

  render(): void {
    const focused = this.panel.contains(document.activeElement) ? document.activeElement?.getAttribute('data-key') : null;
    this.panel.replaceChildren(...this.groups().map((group) => this.group(group)));
    if (focused) {
      this.panel.querySelector<HTMLElement>(`[data-key="${CSS.escape(focused)}"]`)?.focus();
    }
  }

  private group({ name, items }: MenuGroup): HTMLElement {
    const group = document.createElement('div');
    const title = document.createElement('p');
    group.setAttribute('role', 'group');
    group.setAttribute('aria-label', name);
    title.textContent = name;
    group.append(title, ...items.map((item) => this.item(item)));
    return group;
  }

  private item({ key, label, language, isChecked, choose }: MenuItem): HTMLElement {
    const item = document.createElement('button');
    item.type = 'button';
    item.dataset.key = key;
    item.setAttribute('role', 'menuitemradio');
    item.setAttribute('aria-checked', String(isChecked));
    item.textContent = label;
    if (language) {
      item.lang = language; // screen readers pronounce it
    }

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
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
    if (to !== undefined) {
      items[(to + items.length) % items.length]?.focus();
      event.preventDefault();
      event.stopPropagation();
    } else if (event.key === 'Escape') {
      this.toggle(false);
      event.stopPropagation();
    }
  }
}
