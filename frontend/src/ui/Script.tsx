/** An editor for Python, SQL and R; loaded only when a step has a script. Tab moves on, Escape is free: Ctrl+] and Ctrl+[ indent. */
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { python } from "@codemirror/lang-python";
import { sql } from "@codemirror/lang-sql";
import { bracketMatching, HighlightStyle, indentOnInput, indentUnit, StreamLanguage, syntaxHighlighting } from "@codemirror/language";
import { r } from "@codemirror/legacy-modes/mode/r";
import { EditorState, type Extension } from "@codemirror/state";
import { EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { type JSX, useEffect, useRef } from "react";
import { styleNonce } from "@/nonce";

type Language = "python" | "sql" | "r";

interface ScriptProps {
  readonly id: string;
  readonly label: string;
  readonly language: Language;
  readonly value: string;
  readonly readOnly: boolean;
  readonly onChange: (value: string) => void;
}

export default function Script({ id, label, language, value, readOnly, onChange }: ScriptProps): JSX.Element {
  const element = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const change = useRef(onChange);
  change.current = onChange;
  useEffect(() => {
    if (!element.current) return undefined;
    const editor = new EditorView({ parent: element.current, state: stateOf(id, label, language, value, readOnly, (text) => change.current(text)) });
    view.current = editor;
    return () => editor.destroy();
    // The text is followed below; making the editor anew would lose the cursor.
    // eslint-disable-next-line
  }, [id, label, language, readOnly]);
  useEffect(() => {
    const editor = view.current;
    if (!editor || editor.state.doc.toString() === value) return;
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: value } });
  }, [value]);
  return <div className="script" ref={element} />;
}

const COLOURS = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword], color: "var(--c-code-keyword)" },
  { tag: [tags.string], color: "var(--c-code-string)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--c-code-number)" },
  { tag: [tags.comment], color: "var(--c-muted)", fontStyle: "italic" },
  { tag: [tags.function(tags.variableName), tags.definition(tags.variableName)], color: "var(--c-code-name)" },
]);

/** How the language is coloured and indented; `python` is what scripts are where nothing else is said. */
function modeOf(language: Language): Extension {
  if (language === "sql") return [indentUnit.of("  "), sql()];
  if (language === "r") return [indentUnit.of("  "), StreamLanguage.define(r)];
  return [indentUnit.of("    "), python()];
}

function stateOf(
  id: string, label: string, language: Language, value: string, readOnly: boolean, onChange: (text: string) => void,
): EditorState {
  return EditorState.create({
    doc: value,
    extensions: [
      lineNumbers(), history(), indentOnInput(), bracketMatching(), closeBrackets(), autocompletion(), highlightActiveLine(),
      modeOf(language), syntaxHighlighting(COLOURS), EditorView.cspNonce.of(styleNonce()), EditorState.readOnly.of(readOnly), EditorView.lineWrapping,
      keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap, ...completionKeymap]),
      EditorView.contentAttributes.of({ "aria-label": label, id }),
      EditorView.updateListener.of((update) => {
        if (update.docChanged) onChange(update.state.doc.toString());
      }),
    ],
  });
}
