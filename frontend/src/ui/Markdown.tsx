/** The small part of Markdown that help texts use, made into elements; nothing of the text is ever taken as HTML. */
import { Fragment, type JSX, type ReactNode } from "react";

type Block =
  | { readonly kind: "heading" | "text" | "code"; readonly text: string }
  | { readonly kind: "list"; readonly ordered: boolean; readonly items: readonly string[] };

export function Markdown({ text }: { readonly text: string }): JSX.Element {
  return <div className="markdown">{blocksOf(text).map((block, index) => <Fragment key={index}>{show(block)}</Fragment>)}</div>;
}

function show(block: Block): ReactNode {
  switch (block.kind) {
    case "heading": return <h4>{inline(block.text)}</h4>;
    case "text": return <p>{inline(block.text)}</p>;
    case "code": return <pre><code>{block.text}</code></pre>;
    case "list": {
      const items = block.items.map((item, index) => <li key={index}>{inline(item)}</li>);
      return block.ordered ? <ol>{items}</ol> : <ul>{items}</ul>;
    }
  }
}

const ITEM = /^\s*(?:[-*]|(\d+)\.)\s+(.*)$/;

function blocksOf(text: string): readonly Block[] {
  const blocks: Block[] = [];
  const lines = text.replace(/\r/g, "").split("\n");
  for (let i = 0; i < lines.length; i += 1) {
    const line = lines[i] ?? "";
    if (line.startsWith("```")) {
      const from = i + 1;
      while (i + 1 < lines.length && !(lines[i + 1] ?? "").startsWith("```")) i += 1;
      blocks.push({ kind: "code", text: lines.slice(from, i + 1).join("\n") });
      i += 1;
    } else if (/^#+\s/.test(line)) {
      blocks.push({ kind: "heading", text: line.replace(/^#+\s+/, "") });
    } else if (ITEM.test(line)) {
      const items: string[] = [];
      const ordered = /^\s*\d/.test(line);
      for (; i < lines.length && (lines[i] ?? "").trim(); i += 1) {
        const item = ITEM.exec(lines[i] ?? "");
        if (item) items.push(item[2] ?? "");
        else items.push(`${items.pop() ?? ""} ${(lines[i] ?? "").trim()}`);
      }
      blocks.push({ kind: "list", ordered, items });
    } else if (line.trim()) {
      const words = [line.trim()];
      while (i + 1 < lines.length && (lines[i + 1] ?? "").trim() && !ITEM.test(lines[i + 1] ?? "") && !/^(#+\s|```)/.test(lines[i + 1] ?? "")) {
        i += 1;
        words.push((lines[i] ?? "").trim());
      }
      blocks.push({ kind: "text", text: words.join(" ") });
    }
  }
  return blocks;
}

const MARKS = /(`[^`]+`|\*\*[^*]+\*\*|\*[^*\s][^*]*\*|\[[^\]]+\]\((?:https?:\/\/|\/)[^)\s]+\))/;

function inline(text: string): ReactNode {
  return text.split(MARKS).map((part, index) => {
    if (part.startsWith("`") && part.length > 2) return <code key={index}>{part.slice(1, -1)}</code>;
    if (part.startsWith("**") && part.length > 4) return <strong key={index}>{part.slice(2, -2)}</strong>;
    if (part.startsWith("*") && part.length > 2) return <em key={index}>{part.slice(1, -1)}</em>;
    const link = /^\[([^\]]+)\]\(([^)]+)\)$/.exec(part);
    return link ? <a key={index} href={link[2]} target="_blank" rel="noreferrer">{link[1]}</a> : part;
  });
}
