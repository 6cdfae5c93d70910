/** A setting takes its value from a pipeline parameter: a new one, whose default it becomes, or one that is there. */
import { type JSX, useState } from "react";
import { bind, settingOf, whyNotNamed } from "@/designer/acts/parameters";
import { useDesigner, useDocument } from "@/designer/context";
import { defaultText, fits, freeName } from "@/graph/parameters";
import { Modal } from "@/ui/Modal";
import { _ } from "@/i18n";

interface Props {
  readonly node: string;
  readonly parameter: string;
  readonly onClose: () => void;
}

export function BindDialog({ node, parameter, onClose }: Props): JSX.Element | null {
  const designer = useDesigner();
  const known = useDocument().parameters ?? {};
  const [setting] = useState(() => settingOf(designer, node, parameter));
  const [chosen, setChosen] = useState("");
  const [name, setName] = useState(() => freeName(designer.document, setting?.type === "dataset" ? "data" : parameter));
  if (!setting) return null;
  const fitting = Object.keys(known).filter((each) => known[each] && fits(known[each].type, setting.type));
  const why = chosen ? "" : whyNotNamed(designer, name.trim());
  const current = defaultText({ type: setting.type, default: setting.value });
  const shared = chosen && known[chosen] ? defaultText(known[chosen]) : "";
  const done = (): void => {
    if (why) return;
    bind(designer, node, parameter, chosen || name.trim(), setting);
    onClose();
  };
  return (
    <Modal title={_("Pipeline parameter for “%(label)s”", { label: setting.label })} onClose={onClose} testId="bind-dialog">
      <form onSubmit={(event) => { event.preventDefault(); done(); }}>
        {fitting.length ? (
          <label className="s-row">
            <span>{_("Parameter")}</span>
            <select className="s-field" value={chosen} data-testid="bind-choice" onChange={(event) => setChosen(event.target.value)}>
              <option value="">{_("A new parameter")}</option>
              {fitting.map((each) => <option key={each} value={each}>{each}</option>)}
            </select>
          </label>
        ) : null}
        {chosen ? (
          <p className="note note-info">{shared
            ? _("The setting has the value of “%(name)s” from now on: %(value)s.", { name: chosen, value: shared })
            : _("The setting has the value of “%(name)s” from now on, which has no default: each submit must give one.", { name: chosen })}</p>
        ) : (
          <label className="s-row">
            <span>{_("Name")}</span>
            <input className="s-field" value={name} aria-invalid={why !== ""} data-testid="bind-name" onFocus={(event) => event.target.select()} onChange={(event) => setName(event.target.value)} />
            <span className={`s-help${why ? " is-error" : ""}`} role={why ? "alert" : undefined}>{why || (current ? _("Its default is the present value: %(value)s.", { value: current }) : _("It has no default: each submit must give a value."))}</span>
          </label>
        )}
        <p className="modal-actions">
          <button type="button" className="s-button" onClick={onClose}>{_("Not now")}</button>
          <button type="submit" className="s-button is-primary" disabled={why !== ""} data-testid="bind-confirm">{_("Add to pipeline parameter")}</button>
        </p>
      </form>
    </Modal>
  );
}
