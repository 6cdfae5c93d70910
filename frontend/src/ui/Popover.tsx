/** A button that opens a menu; arrows walk in it, Escape and a click outside close it. */
import { type JSX, type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from "react";
import { Icon, type IconName } from "@/ui/Icon";

interface PopoverProps {
  readonly label: string;
  readonly icon: IconName;
  readonly testId: string;
  readonly children: (close: () => void) => ReactNode;
}

export function Popover({ label, icon, testId, children }: PopoverProps): JSX.Element {
  const [isOpen, setOpen] = useState(false);
  const element = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    if (!isOpen) return undefined;
    element.current?.querySelector<HTMLElement>("[role=menuitem]")?.focus();
    const outside = (event: PointerEvent): void => {
      if (!element.current?.contains(event.target as globalThis.Node)) setOpen(false);
    };
    document.addEventListener("pointerdown", outside);
    return () => document.removeEventListener("pointerdown", outside);
  }, [isOpen]);
  const close = (): void => {
    setOpen(false);
    element.current?.querySelector<HTMLElement>("button")?.focus();
  };
  return (
    <span className="popover" ref={element}>
      <button type="button" className="s-button is-quiet is-icon" aria-label={label} title={label} aria-haspopup="menu"
        aria-expanded={isOpen} data-testid={testId} onClick={() => setOpen(!isOpen)}>
        <Icon name={icon} />
      </button>
      {isOpen ? <div className="s-menu" role="menu" aria-label={label} onKeyDown={(event) => walk(event, close)}>{children(close)}</div> : null}
    </span>
  );
}

/** Up, down, Home and End in a menu; Escape and Tab leave it. */
export function walk(event: KeyboardEvent<HTMLElement>, close: () => void): void {
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>("[role=menuitem]:not(:disabled)")];
  const at = items.indexOf(document.activeElement as HTMLElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
  if (event.key === "Escape" || event.key === "Tab") close();
  if (to !== undefined) items[(to + items.length) % items.length]?.focus();
  if (to !== undefined || event.key === "Escape") {
    event.preventDefault();
    event.stopPropagation();
  }
}
