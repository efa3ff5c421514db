// What the extension starts and what it packages.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { buildSync } from "esbuild";

const bundled = buildSync({ entryPoints: ["src/command.ts"], bundle: true, format: "esm", write: false });
const source = Buffer.from(bundled.outputFiles[0].text).toString("base64");
const { commandLine, serverArguments } = await import(`data:text/javascript;base64,${source}`);
const json = (path) => JSON.parse(readFileSync(path, "utf8"));

test("the server is always the verb lsp", () => {
  assert.deepEqual(serverArguments([]), ["lsp"]);
  assert.deepEqual(serverArguments(["--limit", "source_bytes=1MiB"]), ["lsp", "--limit", "source_bytes=1MiB"]);
});

test("nothing in a name is read by a shell", () => {
  assert.equal(commandLine("sqrt", "check", false, ["a.sqrt"]), "sqrt check -- a.sqrt");
  assert.equal(commandLine("/opt/my tools/sqrt", "check", true, ["$(x).sqrt"]), "'/opt/my tools/sqrt' check --together -- '$(x).sqrt'");
  assert.equal(commandLine("sqrt", "check", false, ["it's.sqrt"]), "sqrt check -- 'it'\\''s.sqrt'");
  assert.equal(commandLine("sqrt", "test", false, []), "sqrt test .");
});

test("every file and command that the manifest names is there", () => {
  const manifest = json("package.json");
  for (const grammar of manifest.contributes.grammars) {
    assert.equal(json(grammar.path).scopeName, grammar.scopeName);
  }
  const configuration = json(manifest.contributes.languages[0].configuration);
  const code = readFileSync("src/extension.ts", "utf8");
  for (const { command } of manifest.contributes.commands) {
    assert.ok(code.includes(`"${command}"`), command);
  }
  const increase = new RegExp(configuration.indentationRules.increaseIndentPattern);
  const decrease = new RegExp(configuration.indentationRules.decreaseIndentPattern);
  for (const line of ['tool "t" {', "    session before {", '    result { // "why"', 'let a = {']) {
    assert.ok(increase.test(line), line);
  }
  for (const line of ["    must deny always;", 'let a = {"{"};', "// {", "result { @tags |= {}; }", "}"]) {
    assert.ok(!increase.test(line), line);
  }
  assert.ok(decrease.test("    }") && !decrease.test("let a = {};"));
  const word = new RegExp(configuration.wordPattern, "g");
  assert.deepEqual("to.value in {int -5..6}".match(word), ["to", "value", "in", "int", "-5", "6"]);
});
