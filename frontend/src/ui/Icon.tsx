/** The few line icons of the designer, drawn here so that nothing is fetched. */
import type { JSX } from "react";

const PATHS = {
  undo: "M4 7h8a4 4 0 0 1 0 8H8M4 7l3-3M4 7l3 3",
  redo: "M16 7H8a4 4 0 0 0 0 8h4M16 7l-3-3M16 7l-3 3",
  plus: "M10 4v12M4 10h12",
  minus: "M4 10h12",
  trash: "M4 6h12M8 6V4h4v2M6 6l1 10h6l1-10",
  fit: "M4 8V4h4M12 4h4v4M16 12v4h-4M8 16H4v-4",
  zoomIn: "M9 14A5 5 0 1 0 9 4a5 5 0 0 0 0 10ZM13 13l4 4M9 7v4M7 9h4",
  zoomOut: "M9 14A5 5 0 1 0 9 4a5 5 0 0 0 0 10ZM13 13l4 4M7 9h4",
  layout: "M8 3h4v4H8zM3 13h4v4H3zM13 13h4v4h-4zM10 7v3M5 13v-3h10v3",
  list: "M7 5h9M7 10h9M7 15h9M4 5h.01M4 10h.01M4 15h.01",
  canvas: "M3 4h6v4H3zM11 12h6v4h-6zM6 8v6h5",
  play: "M6 4l10 6-10 6z",
  stop: "M5 5h10v10H5z",
  copy: "M7 7h9v9H7zM4 13V4h9",
  history: "M4 10a6 6 0 1 1 2 4.5M4 10l-1.5-2M4 10l2-1.6M10 7v3l2 2",
  search: "M9 14A5 5 0 1 0 9 4a5 5 0 0 0 0 10ZM13 13l4 4",
  keyboard: "M2 6h16v9H2zM5 9h.01M8 9h.01M11 9h.01M14 9h.01M6 12h8",
  more: "M5 10h.01M10 10h.01M15 10h.01",
  close: "M5 5l10 10M15 5L5 15",
  check: "M4 10l4 4 8-8",
  alert: "M10 3l8 14H2zM10 8v4M10 14.5h.01",
  clock: "M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14ZM10 6v4l3 2",
  spinner: "M10 3a7 7 0 1 1-7 7",
  skip: "M5 5l6 5-6 5zM14 5v10",
  reuse: "M5 8a5 5 0 0 1 9-1M15 12a5 5 0 0 1-9 1M14 3v4h-4M6 17v-4h4",
  comment: "M3 4h14v9H9l-4 3v-3H3z",
  data: "M4 5c0-1.1 2.7-2 6-2s6 .9 6 2-2.7 2-6 2-6-.9-6-2ZM4 5v10c0 1.1 2.7 2 6 2s6-.9 6-2V5M4 10c0 1.1 2.7 2 6 2s6-.9 6-2",
  step: "M4 4h12v12H4zM4 8h12",
  chevron: "M7 5l5 5-5 5",
  settings: "M4 6h12M4 14h12M8 4v4M13 12v4",
  up: "M5 12l5-5 5 5",
  alignLeft: "M4 3v14M7 6h9M7 11h5", alignRight: "M16 3v14M4 6h9M8 11h5", alignTop: "M3 4h14M6 7v9M11 7v5", alignBottom: "M3 16h14M6 4v9M11 8v5",
  alignCentre: "M10 3v14M4 7h12M7 12h6", alignMiddle: "M3 10h14M7 4v12M12 7v6",
  spreadAcross: "M4 4v12M16 4v12M9 7h2v6H9z", spreadDown: "M4 4h12M4 16h12M7 9v2h6V9z",
  bypass: "M3 10h3a4 4 0 0 1 8 0h3M14 7l3 3-3 3", pin: "M8 3h4l-1 5 3 3H6l3-3zM10 11v6", swap: "M4 7h11M12 4l3 3-3 3M16 13H5M8 10l-3 3 3 3",
  group: "M3 5h14v11H3zM3 8h6V5", link: "M8 12l4-4M7 9l-2 2a3 3 0 0 0 4 4l2-2M13 11l2-2a3 3 0 0 0-4-4L9 7", filter: "M3 5h14l-5 6v5l-4-2v-3z",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 16 }: { readonly name: IconName; readonly size?: number }): JSX.Element {
  const dots = name === "more" || name === "list" || name === "keyboard" || name === "alert";
  return (
    <svg className={`s-icon icon-${name}`} width={size} height={size} viewBox="0 0 20 20" fill="none" stroke="currentColor"
      strokeWidth={dots ? 1.8 : 1.6} strokeLinecap="round" strokeLinejoin="round" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
