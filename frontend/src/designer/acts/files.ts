/** Files that are dropped on the canvas: tables become datasets with a step of their own, drawings come in as drawings. */
import { reasonOf } from "@/api/client";
import type { Position } from "@/api/types";
import type { Designer } from "@/designer/designer";
import { catalogueOf } from "@/graph/catalogue";
import { cutOut, readFragment } from "@/graph/fragment";
import { type Carried, fromPng, fromSvg, readCarried } from "@/graph/picture";
import { CARD_HEIGHT, GRID } from "@/graph/size";
import { _, ngettext } from "@/i18n";

const TABLES = /\.(csv|tsv|txt|parquet|arff|svmlight|jsonl|gz)$/i;
const PIPELINES = /\.(ya?ml|zip)$/i;
const POLL_MS = 600;
const MOST_POLLS = 200;

export async function takeFiles(designer: Designer, files: readonly File[], at: Position): Promise<void> {
  const pipelines = files.filter((file) => PIPELINES.test(file.name));
  if (pipelines.length) return openPipelines(designer, pipelines);
  let place = at;
  for (const file of files) {
    try {
      await takeFile(designer, file, place);
    } catch (error) {
      designer.tell(`${file.name}: ${reasonOf(error)}`, "error");
    }
    place = { x: place.x, y: place.y + CARD_HEIGHT + 4 * GRID };
  }
}

async function takeFile(designer: Designer, file: File, at: Position): Promise<void> {
  if (/\.svg$/i.test(file.name)) return takeDrawing(designer, file, fromSvg(await file.text()), at);
  if (/\.png$/i.test(file.name)) return takeDrawing(designer, file, fromPng(new Uint8Array(await file.arrayBuffer())), at);
  if (/\.json$/i.test(file.name)) {
    const text = await file.text();
    const fragment = readFragment(text);
    if (fragment) return designer.paste(fragment, at);
    const drawing = readCarried(text);
    if (drawing) return takeDrawing(designer, file, drawing, at);
  }
  if (TABLES.test(file.name)) return takeTable(designer, file, at);
  if (/\.onnx$/i.test(file.name)) {
    return designer.tell(_("%(file)s: a model is not a step. Register it under Models, then use it from there.", { file: file.name }), "error");
  }
  designer.tell(_("%(file)s: this kind of file cannot be placed. CSV, TSV, Parquet, pipelines in YAML, and pictures or JSON of pipelines can.", { file: file.name }), "error");
}

/** Pipelines in YAML (with the files beside them) become a draft of their own, which opens; this one is saved as it is. */
async function openPipelines(designer: Designer, files: readonly File[]): Promise<void> {
  designer.tell(ngettext("Importing %(count)s file …", "Importing %(count)s files …", files.length));
  try {
    const made = await designer.api.importFiles(designer.state.project.slug, files);
    if (made.warnings.length === 0 || window.confirm([...made.warnings, _("Open the imported pipeline now?")].join("\n"))) location.assign(made.url);
  } catch (error) {
    designer.tell(reasonOf(error), "error");
  }
}

/** All steps of the carried drawing, with new names where names are taken. */
function takeDrawing(designer: Designer, file: File, drawing: Carried | null, at: Position): void {
  if (!drawing) return designer.tell(_("%(file)s: no pipeline is embedded in this file.", { file: file.name }), "error");
  const { document } = drawing;
  const marks = [...Object.keys(document.notes ?? {}), ...Object.keys(document.groups ?? {})];
  designer.paste(cutOut(document, Object.keys(document.nodes), marks), at);
}

async function takeTable(designer: Designer, file: File, at: Position): Promise<void> {
  const { slug } = designer.state.project;
  const name = file.name.replace(/\.[^.]+$/, "").slice(0, 100) || "table";
  designer.tell(_("Reading %(file)s …", { file: file.name }));
  const upload = await designer.api.upload(slug, file);
  // Once, because a notice may bring the new dataset into the catalogue at any moment.
  const free = freeName(designer, name);
  await designer.api.createDataset(slug, free, upload.id);
  for (let poll = 0; poll < MOST_POLLS; poll += 1) {
    const palette = await designer.api.palette(slug);
    const dataset = palette.datasets.find((each) => each.name === free);
    if (dataset?.schema) {
      designer.set({ catalogue: catalogueOf(palette) });
      designer.add({ dataset }, at);
      return designer.tell(_("%(file)s is the dataset “%(name)s” now.", { file: file.name, name: dataset.name }));
    }
    await new Promise((done) => setTimeout(done, POLL_MS));
  }
  designer.tell(_("%(file)s is still being imported; it will be in the palette when that is done.", { file: file.name }));
}

/** A dropped file never becomes a version of a dataset that is there already. */
function freeName(designer: Designer, wish: string): string {
  const taken = new Set(designer.catalogue.datasets.map((each) => each.name));
  if (!taken.has(wish)) return wish;
  let count = 2;
  while (taken.has(`${wish} ${count}`)) count += 1;
  return `${wish} ${count}`;
}
