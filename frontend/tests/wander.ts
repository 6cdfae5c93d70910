/** Any change that a person can make to a drawing, by chance. */
import type { GraphDocument } from "@/api/types";
import { draw } from "@/graph/catalogue";
import { edgeId, nodeIds } from "@/graph/document";
import { cutOut, freshId, paste } from "@/graph/fragment";
import { layOut } from "@/graph/layout";
import * as op from "@/graph/operations";
import { CATALOGUE } from "./catalogue";
import type { Dice } from "./dice";

export function anyChange(document: GraphDocument, roll: Dice): GraphDocument {
  const ids = nodeIds(document);
  const some = (): string => ids[roll(ids.length)] ?? "";
  const names = [...CATALOGUE.components.keys()];
  switch (roll(11)) {
    case 0: case 1: {
      const component = CATALOGUE.components.get(names[roll(names.length)]!)!;
      return op.addNode(document, freshId(new Set(ids), component.name), draw(component), { x: roll(900), y: roll(900) });
    }
    case 2: return op.moveNodes(document, { [some()]: { x: roll(900), y: roll(900) } });
    case 3: case 4: return op.connect(document, { source: some(), source_port: "out", target: some(), target_port: roll(2) ? "in" : "data" });
    case 5: return op.disconnect(document, document.edges.slice(0, roll(3)).map(edgeId));
    case 6: return op.deleteAndReconnect(document, [some()], () => roll(2) === 0);
    case 7: return op.setParameter(document, some(), "mode", roll(3));
    case 8: return paste(document, cutOut(document, [some(), some()]), { x: roll(900), y: roll(900) }).document;
    case 9: return framed(document, some(), roll);
    default: return roll(2) ? op.moveNodes(document, layOut(document)) : op.rename(document, some(), `name ${roll(5)}`);
  }
}

function framed(document: GraphDocument, node: string, roll: Dice): GraphDocument {
  const { g, ...others } = document.groups ?? {};
  if (roll(4) === 0) return { ...document, groups: others };
  const nodes = document.nodes[node] ? [...new Set([...(g?.nodes ?? []), node])] : (g?.nodes ?? []);
  return { ...document, groups: { ...others, g: { ...g, ...(nodes.length ? { nodes } : {}) } } };
}
