/// <reference types="vitest/config" />
/** Builds the entries under fixed names, because server-rendered pages name them; chunks carry a hash. */
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  base: "./",
  publicDir: false,
  resolve: { alias: { "@": here("./src") } },
  esbuild: { legalComments: "none" },
  build: {
    outDir: here("../mlops/web/static/build"),
    emptyOutDir: true,
    target: "es2022",
    cssCodeSplit: false,
    modulePreload: false,
    sourcemap: false,
    chunkSizeWarningLimit: 1500,
    rollupOptions: {
      input: {
        designer: here("./src/designer.tsx"),
        run: here("./src/run.tsx"),
        component: here("./src/component.tsx"),
        plots: here("./src/plots.ts"),
        findings: here("./src/findings.tsx"),
        lineage: here("./src/lineage.tsx"),
        live: here("./src/live.ts"),
        sending: here("./src/sending.ts"),
      },
      output: {
        entryFileNames: "[name].js",
        chunkFileNames: "chunks/[name]-[hash].js",
        assetFileNames: (asset) => (asset.names[0]?.endsWith(".css") ? "designer.css" : "assets/[name]-[hash][extname]"),
      },
    },
  },
  test: { environment: "jsdom", include: ["tests/**/*.test.{ts,tsx}"] },
});
