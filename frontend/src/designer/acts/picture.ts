/** The drawing as a picture file that can be dropped on a canvas to get the drawing back. */
import type { Designer } from "@/designer/designer";
import { carriedText, intoPng, pictureOf } from "@/graph/picture";
import { _ } from "@/i18n";

const MOST_PIXELS = 8_000;

export async function exportPicture(designer: Designer, form: "svg" | "png"): Promise<void> {
  const { name } = designer.state;
  const picture = pictureOf(designer.catalogue, name, designer.document);
  const file = `${name.replace(/[^\p{L}\p{N} _.-]+/gu, "_").trim() || "pipeline"}.${form}`;
  try {
    const blob = form === "svg" ? new Blob([picture.svg], { type: "image/svg+xml" }) : await png(picture, carriedText(name, designer.document));
    save(file, blob);
    designer.tell(_("Saved as %(file)s. Dropped on a canvas it is a drawing again.", { file }));
  } catch {
    designer.tell(_("The picture could not be made; as SVG it can."), "error");
  }
}

async function png(picture: ReturnType<typeof pictureOf>, text: string): Promise<Blob> {
  const scale = Math.min(2, MOST_PIXELS / picture.width, MOST_PIXELS / picture.height);
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(picture.svg)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/png"));
  if (!blob) throw new Error("no picture");
  return new Blob([intoPng(new Uint8Array(await blob.arrayBuffer()), text) as BlobPart], { type: "image/png" });
}

function save(name: string, blob: Blob): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
