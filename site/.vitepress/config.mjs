// The pages of docs/ as a site: guide, gallery, mathematics, benchmarks, and the API from the doc comments.
import { defineConfig } from "vitepress";

const page = (text, link) => ({ text, link });

export default defineConfig({
  title: "nondiff",
  description: "Bayesian inference for models with ifs",
  srcDir: "./pages",
  outDir: "./dist",
  cleanUrls: false,
  // Links into the sources leave the site.
  ignoreDeadLinks: true,
  lastUpdated: false,
  // Braces and angle brackets in the text are mathematics and types.
  markdown: {
    theme: { light: "github-light-high-contrast", dark: "github-dark-high-contrast" },
    html: false,
    attrs: { disable: true },
    languageAlias: { plain: "js" },
  },
  themeConfig: {
    search: { provider: "local" },
    nav: [
      page("Guide", "/plain"),
      page("Gallery", "/gallery"),
      page("API", "/reference/"),
      { text: "Playground", link: "/playground/", target: "_self" },
      { text: "The missing term", link: "/explanation/", target: "_self" },
    ],
    sidebar: [
      {
        text: "Guide",
        items: [
          page("Plain programs", "/plain"),
          page("Latents", "/latents"),
          page("Distributions", "/distributions"),
          page("Conditions", "/conditions"),
          page("Fitting", "/fitting"),
          page("After the fit", "/posterior"),
          page("Summing latents out", "/collapse"),
          page("Verification", "/verification"),
          page("Command line", "/command-line"),
          page("Data apart from models", "/data-apart"),
          page("More than one core", "/shards"),
        ],
      },
      { text: "Gallery", items: [page("Sixteen problems", "/gallery"), page("Data sets and licences", "/data")] },
      {
        text: "Reference",
        items: [page("Overview", "/api"), page("Every function", "/reference/"), page("Glossary", "/glossary")],
      },
      {
        text: "How it works",
        items: [
          page("Architecture", "/architecture"),
          page("Equations", "/equations"),
          page("Engine", "/engine"),
          page("Results", "/results"),
          page("Variance", "/variance"),
          page("Benchmarks", "/benchmarks"),
        ],
      },
    ],
  },
});
