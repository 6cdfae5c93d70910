/** Acts on the parameters of the pipeline, and on the settings that take their value from one. */
import type { Json, Parameter, PipelineParameter } from "@/api/types";
import type { Designer } from "@/designer/designer";
import { componentOf, DATASET, parametersOf, valueOf } from "@/graph/catalogue";
import * as pure from "@/graph/parameters";
import { _, ngettext } from "@/i18n";

/** What the setting of a step is, and the value that it has: of a data node its dataset with the version. */
export interface Setting {
  readonly label: string;
  readonly type: PipelineParameter["type"];
  readonly value: Json;
}

const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,99}$/;

/** Null where the setting cannot take its value from a parameter. */
export function settingOf(designer: Designer, node: string, name: string): Setting | null {
  const drawn = designer.document.nodes[node];
  if (!drawn) return null;
  if (drawn.component === DATASET) {
    const { dataset = "", version = null } = drawn.parameters ?? {};
    return { label: _("Dataset"), type: "dataset", value: { dataset, version } };
  }
  const parameter: Parameter | undefined = parametersOf(componentOf(designer.catalogue, drawn)).find((each) => each.name === name);
  const type = parameter && pure.fittingType(parameter);
  return parameter && type ? { label: parameter.label, type, value: valueOf(drawn, parameter) } : null;
}

/** Empty, or why the name cannot be that of a new parameter. */
export function whyNotNamed(designer: Designer, name: string): string {
  if (!name) return _("Give it a name.");
  if (!NAME.test(name)) return _("Letters, digits and _ only, and no digit first: callers of the published pipeline write it.");
  return designer.document.parameters?.[name] ? _("There is a parameter “%(name)s” already.", { name }) : "";
}

export function bind(designer: Designer, node: string, value: string, name: string, setting: Setting): void {
  designer.change(pure.attach(designer.document, node, value, name, setting.type, setting.value), _("Add to pipeline parameter"));
  designer.announce(_("“%(label)s” takes its value from the pipeline parameter “%(name)s”.", { label: setting.label, name }));
}

export function unbind(designer: Designer, node: string, value: string): void {
  designer.change(pure.detach(designer.document, node, value), _("Detach from pipeline parameter"));
  designer.announce(_("Detached: it has the value of the parameter's default."));
}

export function add(designer: Designer, name: string, type: PipelineParameter["type"]): void {
  designer.change(pure.describe(designer.document, name, { type }), _("Add pipeline parameter"));
}

export function describe(designer: Designer, name: string, change: Partial<PipelineParameter>): void {
  const now = designer.document.parameters?.[name];
  if (now) designer.change(pure.describe(designer.document, name, { ...now, ...change }), _("Change pipeline parameter"), `parameter ${name}`);
}

/** Empty, or why not. */
export function rename(designer: Designer, name: string, next: string): string {
  if (next === name) return "";
  const why = whyNotNamed(designer, next);
  if (!why) designer.change(pure.rename(designer.document, name, next), _("Rename pipeline parameter"));
  return why;
}

/** Refused while a step takes its value from it. */
export function remove(designer: Designer, name: string): void {
  const uses = pure.usesOf(designer.document, name);
  if (uses.length) {
    const titles = [...new Set(uses.map((use) => designer.nameOf(use.node)))].join(", ");
    return designer.tell(ngettext(
      "“%(name)s” is used by %(titles)s: detach it there first.", "“%(name)s” is used by %(count)s settings (%(titles)s): detach it there first.",
      uses.length, { name, titles },
    ), "error");
  }
  designer.change(pure.remove(designer.document, name), _("Delete pipeline parameter"));
  designer.announce(_("Parameter “%(name)s” deleted.", { name }));
}
