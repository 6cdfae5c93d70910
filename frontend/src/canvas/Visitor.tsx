/** The name of somebody else on the card that they look at. */
import type { JSX } from "react";
import { useShown } from "@/designer/context";
import { colourOf, onNode } from "@/designer/people";
import { _ } from "@/i18n";

export function Visitor({ node }: { readonly node: string }): JSX.Element | null {
  const person = useShown((state) => onNode(state.people, node));
  if (!person) return null;
  const edits = person.field.startsWith(`${node}/`);
  return (
    <span className={`visitor person-${colourOf(person.name)}`} data-testid={`visitor-${node}`}>
      <span className="visitor-name">{edits ? _("%(name)s edits", { name: person.name }) : person.name}</span>
    </span>
  );
}
