/** The keys a person gave to actions: kept in the browser for this person, carried elsewhere as a small JSON file. */
import { type Action, ACTIONS } from "@/actions/table";
import { keep, recall } from "@/designer/look";

export type Bindings = Readonly<Record<string, readonly string[]>>;

const KEY = "mlops.canvas.keys";
const KIND = "mlops/keys";

let given: Bindings | null = null;

const bindings = (): Bindings => (given ??= recall<Bindings>(KEY) ?? {});

export const keysOf = (action: Action): readonly string[] => bindings()[action.id] ?? action.keys;

/** Null gives the action its own keys back. */
export function bind(id: string, keys: readonly string[] | null): void {
  const { [id]: _old, ...rest } = bindings();
  given = keys ? { ...rest, [id]: keys } : rest;
  keep(KEY, given);
}

export const isRebound = (action: Action): boolean => action.id in bindings();

/** Which other action has the keys already; those that only act while a link is drawn may share them. */
export function holder(keys: string, but: string): Action | undefined {
  return ACTIONS.find((each) => each.id !== but && !each.whileLinking && keysOf(each).includes(keys));
}

export const exported = (): string => JSON.stringify({ kind: KIND, version: 1, keys: bindings() }, null, 2);

/** Takes a file that `exported` wrote; false if it is none. Names that are unknown here are left out. */
export function imported(text: string): boolean {
  try {
    const value = JSON.parse(text) as { kind?: string; keys?: Record<string, unknown> } | null;
    if (value?.kind !== KIND || typeof value.keys !== "object") return false;
    const known = new Set(ACTIONS.map((each) => each.id));
    given = Object.fromEntries(Object.entries(value.keys).filter((entry): entry is [string, string[]] =>
      known.has(entry[0]) && Array.isArray(entry[1]) && entry[1].every((keys) => typeof keys === "string")));
    keep(KEY, given);
    return true;
  } catch {
    return false;
  }
}
