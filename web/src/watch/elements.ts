/** The element of the page with this id; a page without it is a bug. */
export function element<T extends Element = HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (found === null) {
    throw new Error(`#${id} is missing`);
  }

  return found as unknown as T;
}
