/** An element with attributes. */
export function element(name: string, attributes: Readonly<Record<string, string>> = {}): HTMLElement {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

export function button(act: () => void): HTMLButtonElement {
  const made = element("button", { type: "button" }) as HTMLButtonElement;
  made.addEventListener("click", act);
  return made;
}

/** `{0} of {1}` with numbers in the places. */
export function fill(text: string, ...values: readonly (number | string)[]): string {
  return text.replace(/\{(\d)\}/g, (_, place: string) => {
    const value = values[Number(place)];
    return typeof value === "number" ? value.toLocaleString() : (value ?? "");
  });
}
