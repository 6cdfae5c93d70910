/** Every key and gesture on one sheet; keys can be given anew, and carried to another browser as a file. */
import { type JSX, type KeyboardEvent, useRef, useState } from "react";
import { bind, exported, holder, imported, isRebound, keysOf } from "@/actions/bindings";
import { readable, written } from "@/actions/keys";
import { type Action, ACTIONS, GROUPS, groupName } from "@/actions/table";
import { useDesigner } from "@/designer/context";
import { Modal } from "@/ui/Modal";
import { _ } from "@/i18n";

export function Shortcuts({ onClose }: { readonly onClose: () => void }): JSX.Element {
  const designer = useDesigner();
  const [isChanging, setChanging] = useState(false);
  const [, setCount] = useState(0);
  const file = useRef<HTMLInputElement>(null);
  const again = (): void => setCount((count) => count + 1);
  const shown = isChanging ? ACTIONS.filter((each) => !each.keysAreNative) : ACTIONS.filter((each) => keysOf(each).length > 0);
  return (
    <Modal title={_("Keyboard shortcuts")} onClose={onClose} wide testId="shortcuts-dialog" footer={(
      <>
        <button type="button" className="s-button is-small" aria-pressed={isChanging} data-testid="change-keys" onClick={() => setChanging(!isChanging)}>{isChanging ? _("Done") : _("Change keys")}</button>
        <button type="button" className="s-button is-small" data-testid="export-keys" onClick={saveKeys}>{_("Export")}</button>
        <button type="button" className="s-button is-small" onClick={() => file.current?.click()}>{_("Import")}</button>
        <input ref={file} type="file" accept=".json,application/json" hidden data-testid="import-keys" onChange={(event) => {
          const [chosen] = event.target.files ?? [];
          void chosen?.text().then((text) => {
            designer.tell(imported(text) ? _("The keys were taken over.") : _("This file has no keys: export them on this sheet first."), imported(text) ? "info" : "error");
            again();
          });
        }} />
        <button type="button" className="s-button is-small" onClick={() => { for (const each of ACTIONS) if (isRebound(each)) bind(each.id, null); again(); }}>{_("All as at first")}</button>
      </>
    )}>
      <div className="shortcuts">
        {GROUPS.map((group) => (
          <table key={group} className="s-facts">
            <caption>{groupName(group)}</caption>
            <tbody>
              {shown.filter((each) => each.group === group).map((each) => (
                <tr key={each.id}>
                  <th scope="row">{each.label()}</th>
                  <td>{isChanging ? <Keys action={each} onChange={again} /> : keysOf(each).map((keys) => <kbd key={keys}>{readable(keys)}</kbd>)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        ))}
        <Gestures />
      </div>
    </Modal>
  );
}

/** A field that takes the next combination pressed; Backspace empties it. */
function Keys({ action, onChange }: { readonly action: Action; readonly onChange: () => void }): JSX.Element {
  const [refusal, setRefusal] = useState("");
  const press = (event: KeyboardEvent<HTMLInputElement>): void => {
    if (event.key === "Tab" || event.key === "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === "Backspace") { bind(action.id, []); setRefusal(""); return onChange(); }
    const keys = written(event.nativeEvent);
    if (!keys) return;
    const other = holder(keys, action.id);
    if (other) return setRefusal(_("%(keys)s belongs to “%(other)s”.", { keys: readable(keys), other: other.label() }));
    setRefusal("");
    bind(action.id, [keys]);
    onChange();
  };
  return (
    <>
      <input className="s-field is-small keys-field" readOnly value={keysOf(action).map(readable).join(", ")} data-testid={`keys-${action.id}`}
        aria-label={_("Keys for “%(label)s”: press the new ones, Backspace for none", { label: action.label() })} onKeyDown={press} />
      {isRebound(action) ? <button type="button" className="link" onClick={() => { bind(action.id, null); onChange(); }}>{_("as at first")}</button> : null}
      {refusal ? <small className="is-error" role="alert">{refusal}</small> : null}
    </>
  );
}

function saveKeys(): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([exported()], { type: "application/json" }));
  link.download = "mlops-keys.json";
  link.click();
}

function Gestures(): JSX.Element {
  const rows: readonly (readonly [string, string])[] = [
    [_("Scroll"), _("Wheel, or two fingers")],
    [_("Zoom"), _("Ctrl + wheel, or pinch; plain wheel where it is set so")],
    [_("Move the canvas"), _("Space + drag, middle button, or one finger; arrows with nothing chosen")],
    [_("Choose several"), _("Drag over empty canvas: what it touches; with Alt: what it encloses; Shift adds")],
    [_("Add a step"), _("Double-click on empty canvas, or drag from the palette")],
    [_("Add what fits"), _("Drag a link onto empty canvas")],
    [_("Add several, wired"), _("Shift+Enter in the list of steps")],
    [_("Insert into a link"), _("Drop a step, or an entry of the palette, on the link")],
    [_("Move an end of a link"), _("Drag the end; onto empty canvas removes the link")],
    [_("Cut links"), _("Ctrl + drag over empty canvas")],
    [_("Copy by dragging"), _("Alt + drag a step")],
    [_("Free placing"), _("Alt while dragging: no snapping")],
    [_("Bring in a file"), _("Drop a CSV or Parquet file, a pipeline in YAML, or a picture of a pipeline, on the canvas")],
  ];
  return (
    <table className="s-facts">
      <caption>{_("Mouse and touch")}</caption>
      <tbody>{rows.map(([what, how]) => <tr key={what}><th scope="row">{what}</th><td>{how}</td></tr>)}</tbody>
    </table>
  );
}
