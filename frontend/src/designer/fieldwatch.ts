/** Tells which setting of a step the keyboard is in, by the hooks that every setting has. */

const PREFIX = "param-";

export function watchFields(onField: (parameter: string) => void): void {
  let last = "";
  const tell = (name: string): void => {
    if (name !== last) onField(name);
    last = name;
  };
  document.addEventListener("focusin", (event) => tell(nameOf(event.target)));
  document.addEventListener("focusout", () => tell(""));
}

function nameOf(target: EventTarget | null): string {
  const field = target instanceof Element ? target.closest<HTMLElement>(`[data-testid^="${PREFIX}"]`) : null;
  return field?.dataset["testid"]?.slice(PREFIX.length) ?? "";
}
