/** Puts the designer into its place on the page, or says there why it could not be opened. */
import { createRoot } from "react-dom/client";
import { App } from "@/App";
import { reasonOf } from "@/api/client";
import type { Designer } from "@/designer/designer";
import { _ } from "@/i18n";
import "@xyflow/react/dist/base.css";
import "@/styles/all.css";

export async function mount(element: HTMLElement, opening: Promise<Designer>): Promise<void> {
  element.classList.add("studio-root");
  const root = createRoot(element);
  root.render(<p className="studio-wait" role="status">{_("Loading…")}</p>);
  fitHeight(element);
  try {
    root.render(<App designer={await opening} />);
  } catch (error) {
    root.render(
      <div className="studio-wait" role="alert">
        <p>{reasonOf(error)}</p>
        <button type="button" className="s-button" onClick={() => location.reload()}>{_("Try again")}</button>
      </div>,
    );
  }
}

/** The rest of the window below whatever the page shows above, and above the bar that it shows at the bottom on a phone. */
function fitHeight(element: HTMLElement): void {
  const measure = (): void => {
    element.style.setProperty("--studio-top", `${Math.max(0, Math.round(element.getBoundingClientRect().top + window.scrollY))}px`);
    element.style.setProperty("--studio-bottom", `${Math.ceil(document.querySelector(".phone-bar")?.getBoundingClientRect().height ?? 0)}px`);
  };
  measure();
  window.addEventListener("resize", measure);
  new ResizeObserver(measure).observe(document.body);
}
