/** How often this project has linked one component to another: what ranks the offers for a dangling link. */
import { useEffect, useState } from "react";
import type { LinkUse } from "@/api/types";
import { useDesigner } from "@/designer/context";

export interface Uses {
  /** Times that `next` was fed by `component`. */
  readonly after: (component: string, next: string) => number;
}

const NONE: Uses = { after: () => 0 };
const known = new Map<string, Promise<Uses>>();

export function useUses(): Uses {
  const designer = useDesigner();
  const [uses, setUses] = useState(NONE);
  useEffect(() => {
    const { slug } = designer.state.project;
    let asked = known.get(slug);
    if (!asked) {
      asked = designer.api.linkUses(slug).then(usesOf);
      known.set(slug, asked);
      asked.catch(() => known.delete(slug));
    }
    void asked.then(setUses, () => undefined);
  }, [designer]);
  return uses;
}

function usesOf(rows: readonly LinkUse[]): Uses {
  const counts = new Map<string, number>();
  for (const row of rows) counts.set(`${row.source}>${row.target}`, (counts.get(`${row.source}>${row.target}`) ?? 0) + row.count);
  return { after: (component, next) => counts.get(`${component}>${next}`) ?? 0 };
}
