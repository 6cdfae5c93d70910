/** A search box over a list, worked by arrows and Enter: the command palette and the list of steps to add. */
import { type JSX, type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from "react";
import { _ } from "@/i18n";

export interface Item {
  readonly id: string;
  readonly label: string;
  readonly detail?: string;
  readonly hint?: string;
  readonly disabled?: boolean;
}

interface PickerProps {
  readonly items: readonly Item[];
  readonly placeholder: string;
  readonly onPick: (item: Item, keepOpen: boolean) => void;
}

export function Picker({ items, placeholder, onPick }: PickerProps): JSX.Element {
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const list = useRef<HTMLUListElement>(null);
  const name = useId();
  const found = useMemo(() => search(items, text), [items, text]);
  const current = Math.min(at, found.length - 1);
  useEffect(() => {
    list.current?.children[current]?.scrollIntoView({ block: "nearest" });
  }, [current]);
  const onKey = (event: KeyboardEvent): void => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    const item = found[current];
    if (step) setAt((current + step + found.length) % Math.max(found.length, 1));
    else if (event.key === "Enter" && item && !item.disabled) onPick(item, event.shiftKey);
    else return;
    event.preventDefault();
  };
  return (
    <div className="picker">
      <input
        className="s-field" type="text" placeholder={placeholder} aria-label={placeholder} value={text}
        role="combobox" aria-expanded="true" aria-controls={name} aria-activedescendant={`${name}-${current}`}
        onChange={(event) => { setText(event.target.value); setAt(0); }} onKeyDown={onKey} data-testid="picker-search"
      />
      <ul className="picker-list scrolls" role="listbox" id={name} ref={list} aria-label={placeholder}>
        {found.map((item, index) => (
          <li
            key={item.id} id={`${name}-${index}`} role="option" aria-selected={index === current} aria-disabled={item.disabled}
            className={`picker-item${index === current ? " is-current" : ""}`} data-testid={`pick-${item.id}`}
            onPointerMove={() => setAt(index)} onClick={(event) => item.disabled || onPick(item, event.shiftKey)}
          >
            <span className="picker-label">{item.label}{item.detail ? <small>{item.detail}</small> : null}</span>
            {item.hint ? <kbd>{item.hint}</kbd> : null}
          </li>
        ))}
      </ul>
      {found.length === 0 ? <p className="quiet">{_("Nothing fits “%(text)s”.", { text })}</p> : null}
    </div>
  );
}

/** Every word must occur; what begins with the text comes first. */
export function search<T extends { readonly label: string; readonly detail?: string }>(items: readonly T[], text: string): readonly T[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const rank = (item: T): number => {
    const label = item.label.toLowerCase();
    return label.startsWith(words.join(" ")) ? 0 : words.every((word) => label.includes(word)) ? 1 : 2;
  };
  return items
    .filter((item) => words.every((word) => `${item.label} ${item.detail ?? ""}`.toLowerCase().includes(word)))
    .map((item, index) => ({ item, index, rank: rank(item) }))
    .sort((a, b) => a.rank - b.rank || a.index - b.index)
    .map(({ item }) => item);
}
