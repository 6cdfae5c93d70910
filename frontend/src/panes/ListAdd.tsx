/** Adding a step from the list: everything that the palette offers. */
import type { JSX } from "react";
import { useDesigner, useShown } from "@/designer/context";
import { drawable } from "@/graph/catalogue";
import { action } from "@/actions/table";
import { Icon } from "@/ui/Icon";
import { _ } from "@/i18n";

export function ListAdd(): JSX.Element {
  const designer = useDesigner();
  const catalogue = useShown((state) => state.catalogue);
  const add = (value: string): void => {
    const dataset = catalogue.datasets.find((each) => `dataset:${each.name}` === value);
    designer.add(dataset ? { dataset } : { component: value }, null);
  };
  const components = drawable(catalogue);
  const groups = [...new Set(components.map((component) => component.group))];
  return (
    <div className="list-add">
      <label className="s-row is-inline">
        <span>{_("Add a step")}</span>
        <select className="s-field" value="" data-testid="list-add" onChange={(event) => event.target.value && add(event.target.value)}>
          <option value="">{_("Choose")}</option>
          <optgroup label={_("Datasets")}>{catalogue.datasets.map((each) => <option key={each.name} value={`dataset:${each.name}`}>{each.name}</option>)}</optgroup>
          {groups.map((group) => (
            <optgroup key={group} label={group}>
              {components.filter((each) => each.group === group).map((each) => <option key={each.name} value={each.name}>{each.title}</option>)}
            </optgroup>
          ))}
        </select>
      </label>
      <button type="button" className="s-button" data-testid="list-add-note" onClick={() => { designer.select([], []); action("note").perform(designer); }}><Icon name="comment" size={14} /> {_("Add a note")}</button>
    </div>
  );
}
