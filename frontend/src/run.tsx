/** Entry: the graph of a run, to be looked at, on `<div id="run-graph" data-run data-api data-project>`. */
import { Api } from "@/api/client";
import { Designer } from "@/designer/designer";
import { mount } from "@/mount";

const element = document.getElementById("run-graph");
const run = element?.dataset["run"];
if (element && run) {
  const api = new Api(element.dataset["api"] ?? "/api/v1/");
  const project = element.dataset["project"] ?? element.closest<HTMLElement>("[data-project]")?.dataset["project"] ?? "";
  void mount(element, Designer.openRun(api, run, project));
}
