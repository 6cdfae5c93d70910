/** The one door to translated texts: Django's JavaScript catalogue where the page loads it, the English text otherwise. */

type Values = Readonly<Record<string, string | number>>;

interface Catalogue {
  gettext?: (text: string) => string;
  ngettext?: (singular: string, plural: string, count: number) => string;
  pgettext?: (context: string, text: string) => string;
}

/** `_("Add %(title)s", {title})`: translated, then the named values put in. */
export function _(text: string, values?: Values): string {
  const catalogue = window as unknown as Catalogue;
  const gettext = catalogue.gettext;
  return fill(gettext ? gettext(text) : text, values);
}

/** A word of two meanings: `pgettext("act", "Run")` is told apart from the run of the same name. */
export function pgettext(context: string, text: string, values?: Values): string {
  const translate = (window as unknown as Catalogue).pgettext;
  return fill(translate ? translate(context, text) : text, values);
}

export function ngettext(singular: string, several: string, count: number, values: Values = {}): string {
  const translate = (window as unknown as Catalogue).ngettext;
  const text = translate ? translate(singular, several, count) : count === 1 ? singular : several;
  return fill(text, { count, ...values });
}

function fill(text: string, values?: Values): string {
  if (!values) return text;
  return text.replace(/%\((\w+)\)[sd]/g, (whole, name: string) => (name in values ? String(values[name]) : whole));
}

const language = (): string | undefined => document.documentElement.lang || undefined;

export function clock(at: Date | string): string {
  return new Date(at).toLocaleTimeString(language(), { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
}

export function moment(at: Date | string): string {
  return new Date(at).toLocaleString(language(), { dateStyle: "medium", timeStyle: "short" });
}

export function number(value: number, digits = 6): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e12 || size < 1e-4)) return value.toExponential(3);
  return value.toLocaleString(language(), { maximumSignificantDigits: Math.max(digits, String(Math.trunc(size)).length) });
}

export function seconds(value: number): string {
  if (value < 1) return _("%(n)s ms", { n: Math.round(value * 1000) });
  if (value < 60) return _("%(n)s s", { n: value.toFixed(1) });
  return _("%(m)s min %(s)s s", { m: Math.floor(value / 60), s: Math.round(value % 60) });
}

/** A size in bytes for people: 12.3 MB. */
export function bytes(value: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const place = value < 1 ? 0 : Math.min(Math.floor(Math.log10(value) / 3), units.length - 1);
  return `${(value / 1000 ** place).toLocaleString(language(), { maximumFractionDigits: place ? 1 : 0 })} ${units[place]}`;
}
