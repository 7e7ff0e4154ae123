// For webpack: takes types out of a TypeScript file.
const { transformSync } = require("esbuild");

module.exports = (code) => transformSync(code, { loader: "ts" }).code;
