/** Builds the page that the canvas benchmark compares with; nothing of it is shipped. */
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

export default defineConfig({
  root: fileURLToPath(new URL("./plain", import.meta.url)),
  base: "./",
  build: { outDir: process.env["PLAIN_OUT"] ?? "/tmp/plain", emptyOutDir: true, target: "es2022" },
});
