/** A drawing as an SVG picture that carries the drawing itself, and PNG files that do: read back, they are the drawing again. */
import type { GraphDocument } from "@/api/types";
import { type Catalogue, componentOf, DATASET, inputsOf, outputsOf, titleOf } from "@/graph/catalogue";
import { type Rect, rectOf } from "@/graph/marks";
import { portShare } from "@/graph/size";

const KIND = "mlops/pipeline";
const MARGIN = 40;
const KEYWORD = "mlops-pipeline";

export interface Carried {
  readonly name: string;
  readonly document: GraphDocument;
}

export const carriedText = (name: string, document: GraphDocument): string => JSON.stringify({ kind: KIND, version: 1, name, document });

export function readCarried(text: string): Carried | null {
  try {
    const value = JSON.parse(text) as { kind?: string; name?: string; document?: Partial<GraphDocument> } | null;
    const { document } = value ?? {};
    if (value?.kind !== KIND || !document?.nodes || !Array.isArray(document.edges) || !document.layout) return null;
    return { name: value.name ?? "", document: document as GraphDocument };
  } catch {
    return null;
  }
}

export interface Picture {
  readonly svg: string;
  readonly width: number;
  readonly height: number;
}

/** Plain shapes with colours of their own, readable without our styles. */
export function pictureOf(catalogue: Catalogue, name: string, document: GraphDocument): Picture {
  const all = [...Object.keys(document.nodes), ...Object.keys(document.notes ?? {}), ...Object.keys(document.groups ?? {})];
  const rects = all.map((id) => rectOf(document, id));
  const left = Math.min(...rects.map((rect) => rect.x)) - MARGIN;
  const top = Math.min(...rects.map((rect) => rect.y)) - MARGIN;
  const width = Math.max(...rects.map((rect) => rect.x + rect.width)) + MARGIN - left;
  const height = Math.max(...rects.map((rect) => rect.y + rect.height)) + MARGIN - top;
  const parts = [
    ...Object.entries(document.groups ?? {}).map(([id, group]) => box(rectOf(document, id), "#eef3fb", "#b9c6dc", 10) + words(rectOf(document, id).x + 12, rectOf(document, id).y + 24, group.title ?? "", 14, "#33415c", true)),
    ...document.edges.map((edge) => curve(catalogue, document, edge)),
    ...Object.keys(document.nodes).map((id) => card(catalogue, document, id)),
    ...Object.entries(document.notes ?? {}).map(([id, note]) => box(rectOf(document, id), "#fff6d6", "#e2cf8c", 6)
      + (note.text ?? "").split("\n").slice(0, 6).map((line, at) => words(rectOf(document, id).x + 10, rectOf(document, id).y + 22 + at * 17, line.slice(0, 40), 13, "#4a3f16")).join("")),
  ];
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="${left} ${top} ${width} ${height}" font-family="system-ui, sans-serif">`
    + `<title>${escaped(name)}</title><metadata id="${KEYWORD}">${escaped(carriedText(name, document))}</metadata>`
    + `<rect x="${left}" y="${top}" width="${width}" height="${height}" fill="#ffffff"/>${parts.join("")}</svg>`;
  return { svg, width, height };
}

function card(catalogue: Catalogue, document: GraphDocument, id: string): string {
  const node = document.nodes[id];
  if (!node) return "";
  const rect = rectOf(document, id);
  const component = componentOf(catalogue, node);
  const port = (y: number, count: number) => (_each: unknown, index: number): string =>
    `<circle cx="${rect.x + rect.width * portShare(index, count)}" cy="${y}" r="6" fill="#ffffff" stroke="#2563c9" stroke-width="2"/>`;
  const inputs = inputsOf(component);
  const outputs = outputsOf(component);
  const detail = node.component === DATASET ? "Dataset" : (component?.title ?? node.component);
  return `<g${node.mode ? ' opacity="0.45"' : ""}>${box(rect, "#ffffff", "#8a94a6", 8)}${words(rect.x + 14, rect.y + (rect.height > 40 ? 30 : 21), clipped(titleOf(catalogue, node)), 13, "#1c2430", true)}`
    + `${rect.height > 40 ? words(rect.x + 14, rect.y + 48, clipped(node.mode ? `${detail} (${node.mode})` : detail), 11.5, "#566074") : ""}`
    + `${inputs.map(port(rect.y, inputs.length)).join("")}${outputs.map(port(rect.y + rect.height, outputs.length)).join("")}</g>`;
}

function curve(catalogue: Catalogue, document: GraphDocument, edge: GraphDocument["edges"][number]): string {
  const from = rectOf(document, edge.source);
  const to = rectOf(document, edge.target);
  const outputs = outputsOf(componentOf(catalogue, document.nodes[edge.source]));
  const inputs = inputsOf(componentOf(catalogue, document.nodes[edge.target]));
  const x1 = from.x + from.width * portShare(Math.max(0, outputs.findIndex((port) => port.name === edge.source_port)), Math.max(1, outputs.length));
  const x2 = to.x + to.width * portShare(Math.max(0, inputs.findIndex((port) => port.name === edge.target_port)), Math.max(1, inputs.length));
  const y1 = from.y + from.height;
  const bend = Math.max(24, Math.abs(to.y - y1) / 2);
  return `<path d="M${x1},${y1} C${x1},${y1 + bend} ${x2},${to.y - bend} ${x2},${to.y}" fill="none" stroke="#5d7fb5" stroke-width="1.75"/>`;
}

const box = (rect: Rect, fill: string, stroke: string, radius: number): string =>
  `<rect x="${rect.x}" y="${rect.y}" width="${rect.width}" height="${rect.height}" rx="${radius}" fill="${fill}" stroke="${stroke}"/>`;

const words = (x: number, y: number, text: string, size: number, colour: string, bold = false): string =>
  `<text x="${x}" y="${y}" font-size="${size}" fill="${colour}"${bold ? ' font-weight="600"' : ""}>${escaped(text)}</text>`;

const clipped = (text: string): string => (text.length > 34 ? `${text.slice(0, 33)}…` : text);
const escaped = (text: string): string => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");

export function fromSvg(text: string): Carried | null {
  const found = new DOMParser().parseFromString(text, "image/svg+xml").getElementById(KEYWORD);
  return found ? readCarried(found.textContent ?? "") : null;
}

/** PNG: the drawing goes into an iTXt chunk (UTF-8, not compressed) before the end. */
export function intoPng(png: Uint8Array, text: string): Uint8Array {
  const encode = new TextEncoder();
  const data = concat([encode.encode(KEYWORD), new Uint8Array([0, 0, 0, 0, 0]), encode.encode(text)]);
  const type = encode.encode("iTXt");
  const chunk = concat([uint32(data.length), type, data, uint32(crc(concat([type, data])))]);
  const end = png.length - 12;
  return concat([png.subarray(0, end), chunk, png.subarray(end)]);
}

export function fromPng(png: Uint8Array): Carried | null {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  const decode = new TextDecoder();
  for (let at = 8; at + 12 <= png.length;) {
    const length = view.getUint32(at);
    if (decode.decode(png.subarray(at + 4, at + 8)) === "iTXt") {
      const data = png.subarray(at + 8, at + 8 + length);
      if (decode.decode(data.subarray(0, KEYWORD.length)) === KEYWORD) return readCarried(decode.decode(data.subarray(KEYWORD.length + 5)));
    }
    at += 12 + length;
  }
  return null;
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  parts.reduce((at, part) => { whole.set(part, at); return at + part.length; }, 0);
  return whole;
}

function uint32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

function crc(bytes: Uint8Array): number {
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit += 1) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
  }
  return (sum ^ 0xffffffff) >>> 0;
}
