/** The few colours of notes and frames, chosen by name so that none has to be seen. */
import type { JSX } from "react";
import { COLOURS } from "@/graph/marks";
import { _ } from "@/i18n";

function colourName(colour: (typeof COLOURS)[number]): string {
  switch (colour) {
    case "": return _("plain");
    case "blue": return _("blue");
    case "green": return _("green");
    case "amber": return _("amber");
    case "red": return _("red");
    case "violet": return _("violet");
  }
}

export function Colours({ chosen, onChoose }: { readonly chosen: string; readonly onChoose: (colour: string) => void }): JSX.Element {
  return (
    <fieldset className="s-row colours">
      <legend>{_("Colour")}</legend>
      {COLOURS.map((colour) => (
        <label key={colour} className={`colour-choice colour-${colour || "plain"}`}>
          <input type="radio" name="colour" checked={chosen === colour} onChange={() => onChoose(colour)} /> {colourName(colour)}
        </label>
      ))}
    </fieldset>
  );
}
