/** Who else has this draft open: one badge a person, in the colour that marks their steps on the canvas. */
import type { JSX } from "react";
import type { Person } from "@/api/types";
import { useDesigner, useShown } from "@/designer/context";
import { colourOf, initials, persons } from "@/designer/people";
import { titleOf } from "@/graph/catalogue";
import { _ } from "@/i18n";

const MOST = 5;

export function People(): JSX.Element | null {
  const designer = useDesigner();
  const people = persons(useShown((state) => state.people));
  if (people.length === 0) return null;
  const where = (person: Person): string => {
    const node = person.nodes.find((id) => designer.document.nodes[id]);
    const title = node && titleOf(designer.catalogue, designer.document.nodes[node]!);
    if (!title) return _("%(name)s has this pipeline open", { name: person.name });
    return person.field ? _("%(name)s edits %(step)s", { name: person.name, step: title })
      : _("%(name)s looks at %(step)s", { name: person.name, step: title });
  };
  return (
    <ul className="people" aria-label={_("Also here")} data-testid="people">
      {people.slice(0, MOST).map((person) => (
        <li key={person.name}>
          <button type="button" className={`person person-${colourOf(person.name)}`} aria-label={where(person)} title={where(person)}
            data-testid={`person-${person.name}`}
            onClick={() => person.nodes[0] && designer.viewport?.show(person.nodes[0])}>{initials(person)}</button>
        </li>
      ))}
      {people.length > MOST ? <li className="quiet">+{people.length - MOST}</li> : null}
    </ul>
  );
}
