/** Entry: the designer on `<div id="designer" data-draft data-api data-can-edit data-project>`. */
import { Api } from "@/api/client";
import { Designer } from "@/designer/designer";
import { mount } from "@/mount";

const element = document.getElementById("designer");
const draft = element?.dataset["draft"];
if (element && draft) {
  const api = new Api(element.dataset["api"] ?? "/api/v1/");
  void mount(element, Designer.open(api, draft, element.dataset["canEdit"] !== "false", element.dataset["project"]));
}
