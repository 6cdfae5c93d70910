/** The “…” of a setting, and how a setting looks that takes its value from a pipeline parameter. */
import type { JSX } from "react";
import { unbind } from "@/designer/acts/parameters";
import { useDesigner, useDocument, useShown } from "@/designer/context";
import { defaultText } from "@/graph/parameters";
import { Icon } from "@/ui/Icon";
import { Popover } from "@/ui/Popover";
import { _ } from "@/i18n";

interface Props {
  readonly node: string;
  readonly name: string;
  readonly label: string;
}

export function SettingMenu({ node, name, label, act }: Props & { readonly act: string }): JSX.Element | null {
  const designer = useDesigner();
  const canEdit = useShown((state) => state.canEdit);
  if (!canEdit) return null;
  return (
    <span className="setting-menu">
      <Popover label={_("More for %(label)s", { label })} icon="more" testId={`more-${name}`}>
        {(close) => (
          <button type="button" role="menuitem" className="menu-item" data-testid={`bind-${name}`}
            onClick={() => { close(); designer.openDialog({ kind: "bind", node, parameter: name }); }}>{act}</button>
        )}
      </Popover>
    </span>
  );
}

export function Bound({ node, name, label, parameter }: Props & { readonly parameter: string }): JSX.Element {
  const designer = useDesigner();
  const known = useDocument().parameters?.[parameter];
  const canEdit = useShown((state) => state.canEdit);
  const value = known ? defaultText(known) : "";
  return (
    <div className="bound" data-testid={`bound-${name}`}>
      <Icon name="link" size={14} />
      <span>
        <button type="button" className="link" title={_("Pipeline parameters")} onClick={() => designer.openDialog({ kind: "parameters" })}>{parameter}</button>{" "}
        <span className="quiet">{!known ? _("is not there any more.") : value ? _("Default: %(value)s", { value }) : _("It has no default.")}</span>
      </span>
      {canEdit ? (
        <button type="button" className="s-button is-small" aria-label={_("Detach %(label)s from the pipeline parameter", { label })} data-testid={`detach-${name}`}
          onClick={() => unbind(designer, node, name)}>{_("Detach")}</button>
      ) : null}
    </div>
  );
}
