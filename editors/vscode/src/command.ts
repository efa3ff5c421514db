// Command lines: of the language server, and for a terminal.

/** The arguments of the language server; the verb comes first whatever is set. */
export function serverArguments(more: readonly string[]): string[] {
  return ["lsp", ...more.filter((argument) => typeof argument === "string")];
}

/** A command for a terminal, each part quoted so that no shell reads anything into it. */
export function commandLine(path: string, verb: "check" | "test", together: boolean, files: readonly string[]): string {
  const parts = [path, verb];
  if (verb === "check") {
    if (together) {
      parts.push("--together");
    }
    // A file whose name begins with `-` is no option.
    parts.push("--", ...files);
  } else {
    parts.push(".");
  }
  return parts.map(quoted).join(" ");
}

function quoted(part: string): string {
  return /^[A-Za-z0-9_./:\\=-]+$/.test(part) ? part : `'${part.replaceAll("'", "'\\''")}'`;
}
