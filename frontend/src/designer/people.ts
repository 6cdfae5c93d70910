/** Who else is here, as views need it: one entry a person, in a colour that is the same on everybody's screen. */
import type { Person } from "@/api/types";

const COLOURS = 8;

export function colourOf(name: string): number {
  let sum = 7;
  for (const letter of name) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) >>> 0;
  return sum % COLOURS;
}

export const initials = (person: Person): string =>
  (person.full_name || person.name).split(/[\s._-]+/).filter(Boolean).slice(0, 2).map((word) => word[0]?.toUpperCase() ?? "").join("");

/** Several pages of one person are one person. */
export function persons(people: readonly Person[]): readonly Person[] {
  const byName = new Map<string, Person>();
  for (const person of people) {
    const known = byName.get(person.name);
    byName.set(person.name, known ? { ...person, nodes: [...known.nodes, ...person.nodes], field: person.field || known.field } : person);
  }
  return [...byName.values()];
}

/** The first person on a node, if anybody. */
export const onNode = (people: readonly Person[], node: string): Person | undefined =>
  people.find((person) => person.nodes.includes(node));

export const onField = (people: readonly Person[], node: string, parameter: string): Person | undefined =>
  people.find((person) => person.field === `${node}/${parameter}`);
