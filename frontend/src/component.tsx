/** Entry: the form in which a component is drawn, on `<div id="component-editor">` with its start in `#component-start`. */
import { createRoot } from "react-dom/client";
import { Api } from "@/api/client";
import { Editor, type Start } from "@/component/Editor";
import "@/styles/all.css";

const element = document.getElementById("component-editor");
const start = document.getElementById("component-start")?.textContent;
if (element && start) createRoot(element).render(<Editor api={new Api("/api/v1/")} start={JSON.parse(start) as Start} />);
