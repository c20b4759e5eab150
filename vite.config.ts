import { defineConfig } from "vitest/config";

const entries = ["main.ts", "monitor.tsx", "graph.tsx", "inbox.ts", "editor.tsx"];

export default defineConfig(({ command }) => ({
  // Built files find each other relatively, so STATIC_URL is Django's to choose; the dev server serves below /static/.
  base: command === "serve" ? "/static/" : "./",
  publicDir: "static/public",
  build: {
    outDir: "static/dist",
    manifest: "manifest.json",
    target: "es2022",
    sourcemap: true,
    rolldownOptions: { input: entries.map((name) => `static/src/entries/${name}`) },
  },
  worker: { format: "es" },
  server: { port: 5173, strictPort: true },
  test: { include: ["static/src/**/*.test.{ts,tsx}"], environment: "node" },
}));
