/** Somebody else is editing this setting: the later change of the two will stand. */
import type { JSX } from "react";
import { useShown } from "@/designer/context";
import { colourOf, onField } from "@/designer/people";
import { _ } from "@/i18n";

export function FieldVisitor({ node, parameter }: { readonly node: string; readonly parameter: string }): JSX.Element | null {
  const person = useShown((state) => onField(state.people, node, parameter));
  return person ? (
    <span className={`field-visitor person-${colourOf(person.name)}`} data-testid={`field-visitor-${parameter}`}>
      {_("%(name)s is editing this field", { name: person.name })}
    </span>
  ) : null;
}
