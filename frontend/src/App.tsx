/** The designer's face: palette, toolbar, canvas or list, results, settings; the same for a run that is only looked at. */
import { type JSX, useEffect } from "react";
import { useKeyboard } from "@/actions/keyboard";
import { Canvas } from "@/canvas/Canvas";
import { ContextMenu } from "@/canvas/ContextMenu";
import { DesignerContext, useDesigner, useShown } from "@/designer/context";
import type { Designer } from "@/designer/designer";
import { Dialogs } from "@/dialogs/Dialogs";
import { Drawer } from "@/drawer/Drawer";
import { FindBar } from "@/panes/FindBar";
import { PipelineTabs } from "@/inference/PipelineTabs";
import { ListView } from "@/panes/ListView";
import { NextStep } from "@/panes/NextStep";
import { Palette } from "@/panes/Palette";
import { Pane } from "@/panes/Pane";
import { Problems } from "@/panes/Problems";
import { Toolbar } from "@/panes/Toolbar";
import { Icon } from "@/ui/Icon";
import { _ } from "@/i18n";

export function App({ designer }: { readonly designer: Designer }): JSX.Element {
  return (
    <DesignerContext.Provider value={designer}>
      <Face />
    </DesignerContext.Provider>
  );
}

function Face(): JSX.Element {
  const designer = useDesigner();
  const view = useShown((state) => state.view);
  const sheet = useShown((state) => state.sheet);
  const isRunView = useShown((state) => state.isRunView);
  const canEdit = useShown((state) => state.canEdit);
  const isFocus = useShown((state) => state.look.focus);
  useKeyboard(designer);
  useLeaveWarning(designer);
  return (
    <div className={`studio${isRunView ? " is-run" : ""}${isFocus ? " is-focus" : ""}`} data-sheet={sheet ?? "none"} data-testid="studio">
      <Toolbar />
      <PipelineTabs />
      <div className="studio-main">
        {canEdit ? <div className={`side side-left${sheet === "palette" ? " is-open" : ""}`}><Palette /></div> : null}
        <div className="middle">
          <FindBar />
          {view === "canvas" ? <Canvas /> : <ListView />}
          <Drawer />
          <NextStep />
          {isRunView ? null : <Problems />}
        </div>
        <div className={`side side-right${sheet === "pane" ? " is-open" : ""}`}>
          <button type="button" className="s-button is-quiet is-icon sheet-close" aria-label={_("Close")} onClick={() => designer.set({ sheet: null })}><Icon name="close" /></button>
          <Pane />
        </div>
      </div>
      <nav className="sheets" aria-label={_("Panels")}>
        {canEdit ? <SheetButton sheet="palette" icon="plus" label={_("Add steps")} /> : null}
        <SheetButton sheet="pane" icon="settings" label={_("Settings")} />
      </nav>
      <ContextMenu />
      <Dialogs />
      <Toast />
      <Announcement />
    </div>
  );
}

function SheetButton({ sheet, icon, label }: { readonly sheet: "palette" | "pane"; readonly icon: "plus" | "settings"; readonly label: string }): JSX.Element {
  const designer = useDesigner();
  const isOpen = useShown((state) => state.sheet === sheet);
  return (
    <button type="button" className="s-button" aria-expanded={isOpen} data-testid={`sheet-${sheet}`} onClick={() => designer.set({ sheet: isOpen ? null : sheet })}>
      <Icon name={icon} /> {label}
    </button>
  );
}

function Toast(): JSX.Element | null {
  const toast = useShown((state) => state.toast);
  return toast ? <div className={`toast is-${toast.kind}`} data-testid="toast">{toast.text}</div> : null;
}

function Announcement(): JSX.Element {
  const text = useShown((state) => state.announcement);
  return <div className="hidden" role="status" aria-live="polite" data-testid="announcement">{text}</div>;
}

function useLeaveWarning(designer: Designer): void {
  useEffect(() => {
    const warn = (event: BeforeUnloadEvent): void => {
      if (designer.hasUnsaved) event.preventDefault();
    };
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [designer]);
}
