/** Entry: draws the lineage on `#lineage`, whose first piece lies on the page as JSON. */
import { createRoot } from "react-dom/client";
import { LineageView } from "@/lineage/LineageView";
import type { Piece } from "@/lineage/types";
import "@/styles/all.css";

async function read(path: string): Promise<unknown> {
  const answer = await fetch(`/api/v1/${path}`, { credentials: "same-origin", headers: { Accept: "application/json" } });
  const body = (await answer.json()) as { detail?: string };
  if (!answer.ok) throw new Error(body.detail ?? String(answer.status));
  return body;
}

const element = document.getElementById("lineage");
const first = document.getElementById("lineage-piece")?.textContent;
if (element && first) {
  element.classList.add("studio-root");
  createRoot(element).render(<LineageView piece={JSON.parse(first) as Piece} project={element.dataset["project"] ?? ""} read={read} />);
}
