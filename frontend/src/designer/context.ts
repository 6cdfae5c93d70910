/** Gives the views the designer, and the part of its state that they show. */
import { createContext, useContext, useSyncExternalStore } from "react";
import type { Designer } from "@/designer/designer";
import type { State } from "@/designer/state";
import type { GraphDocument } from "@/api/types";

export const DesignerContext = createContext<Designer | null>(null);

export function useDesigner(): Designer {
  const designer = useContext(DesignerContext);
  if (!designer) throw new Error("outside of the designer");
  return designer;
}

/** `select` must give the same value for the same state: take parts, build nothing. */
export function useShown<T>(select: (state: State) => T): T {
  const designer = useDesigner();
  return useSyncExternalStore(designer.subscribe, () => select(designer.state));
}

export const useDocument = (): GraphDocument => useShown((state) => state.history.present);
