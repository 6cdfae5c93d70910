/** A form's field for files: they are sent as soon as they are chosen, and the form waits until they have come.
 *
 * `<div data-sending data-project="churn"><label class="drop">… <input type="file" name="files"></label></div>`; the
 * form then has a field `sent` instead of the files. */
import { ofDrop, ofInput, type Chosen } from "./chosen";
import { Queue } from "./queue";
import { ADDRESS } from "./sending";
import { draw, type Earlier } from "./view";
import { _ } from "@/i18n";

export function begin(field: HTMLElement): void {
  const input = field.querySelector<HTMLInputElement>("input[type=file]");
  const form = field.closest("form");
  const drop = field.querySelector<HTMLElement>(".drop");
  if (!input || !form || !drop) return;
  const project = field.dataset["project"] ?? "";
  const several = input.multiple;
  const sent = Object.assign(document.createElement("input"), { type: "hidden", name: "sent" });
  const list = Object.assign(document.createElement("div"), { className: "sending" });
  field.append(sent, list);
  input.removeAttribute("name");
  input.required = false;

  let earlier: Earlier[] = [];
  let wanted: HTMLElement | null | false = false;
  const show = (): void => {
    sent.value = queue.files.length ? queue.told : "";
    draw(list, { queue, earlier, waits: wanted !== false, forget });
    if (wanted !== false && queue.files.length > 0 && queue.isWhole) {
      const button = wanted;
      wanted = false;
      form.requestSubmit(button instanceof HTMLButtonElement ? button : null);
    }
  };
  const queue = new Queue(project, show);
  const forget = async (one: Earlier): Promise<void> => {
    earlier = earlier.filter((each) => each !== one);
    show();
    await fetch(`${ADDRESS}${one.id}/`, { method: "DELETE", credentials: "same-origin", headers: csrf() });
  };
  const take = (chosen: readonly Chosen[]): void => {
    const kept = several ? chosen : chosen.slice(0, 1);
    if (!several) for (const each of [...queue.files]) void queue.remove(each);
    earlier = earlier.filter((each) => !kept.some((one) => one.path === each.name && one.file.size === each.size_bytes));
    queue.add(kept);
  };

  const fromInput = (from: HTMLInputElement): void => {
    take(ofInput(from));
    from.value = "";
  };
  input.addEventListener("change", (event) => {
    event.stopImmediatePropagation();
    fromInput(input);
  }, true);
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    drop.classList.remove("over");
    if (event.dataTransfer) void ofDrop(event.dataTransfer).then(take);
  }, true);
  if ("folders" in field.dataset) field.insertBefore(folderButton(fromInput), sent);
  form.addEventListener("submit", (event) => {
    if (queue.files.length === 0) {
      event.preventDefault();
      input.setCustomValidity(_("Choose at least one file."));
      input.reportValidity();
      input.setCustomValidity("");
    } else if (!queue.isWhole) {
      event.preventDefault();
      wanted = event.submitter;
      if (queue.isHeld || queue.isStuck) queue.goOn();
      show();
    }
  });
  window.addEventListener("online", () => { if (queue.isStuck) queue.goOn(); });
  window.addEventListener("beforeunload", (event) => {
    if (queue.files.some((each) => each.state === "sending")) event.preventDefault();
  });
  void unfinished(project).then((found) => {
    earlier = found.filter((each) => !queue.files.some((one) => one.chosen.path === each.name));
    show();
  });
}

/** What came earlier and was not made into anything. */
async function unfinished(project: string): Promise<Earlier[]> {
  const answer = await fetch(`${ADDRESS}?project=${encodeURIComponent(project)}`, { credentials: "same-origin" }).catch(() => null);
  if (!answer?.ok) return [];
  return ((await answer.json()) as { results: Earlier[] }).results.filter((each) => each.state === "receiving");
}

function folderButton(take: (input: HTMLInputElement) => void): HTMLElement {
  const folder = Object.assign(document.createElement("input"), { type: "file", hidden: true, webkitdirectory: true });
  const button = Object.assign(document.createElement("button"), {
    type: "button", className: "button button-small", textContent: _("Choose a folder"),
  });
  button.addEventListener("click", () => folder.click());
  folder.addEventListener("change", () => take(folder));
  const both = document.createElement("div");
  both.append(button, folder);
  return both;
}

function csrf(): Record<string, string> {
  return { "X-CSRFToken": document.querySelector<HTMLInputElement>("input[name=csrfmiddlewaretoken]")?.value ?? "" };
}
