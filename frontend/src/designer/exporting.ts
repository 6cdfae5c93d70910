/** The drawing as files: a zip that the browser keeps, or the reason why there is none. */
import { reasonOf } from "@/api/client";
import type { Designer } from "@/designer/designer";
import { _ } from "@/i18n";

export async function exportAs(designer: Designer, form: "yaml" | "python"): Promise<void> {
  try {
    await designer.saved();
    const { name, content } = await designer.api.exported(designer.state.id, form);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(content);
    link.download = name;
    link.click();
    window.setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    designer.tell(_("Exported as %(name)s.", { name }));
  } catch (error) {
    designer.tell(reasonOf(error), "error");
  }
}
