// The client of the language server `sqrt lsp`: starts it, tells it the settings, and starts it anew when they change.

import { ExtensionContext, Uri, commands, window, workspace } from "vscode";
import { LanguageClient, LanguageClientOptions, ServerOptions, TransportKind } from "vscode-languageclient/node";
import { commandLine, serverArguments } from "./command";

const LANGUAGE = "sqrt";

let client: LanguageClient | undefined;
// Starts and stops happen one after the other, however fast they are asked for.
let turn: Promise<void> = Promise.resolve();

export async function activate(context: ExtensionContext): Promise<void> {
  context.subscriptions.push(
    commands.registerCommand("sqrt.restartServer", () => restart()),
    commands.registerCommand("sqrt.showOutput", () => client?.outputChannel.show()),
    commands.registerCommand("sqrt.checkFolder", () => inTerminal("check")),
    commands.registerCommand("sqrt.runTests", () => inTerminal("test")),
    workspace.onDidChangeConfiguration((change) => {
      // The server is told of the other settings as they change.
      if (change.affectsConfiguration("sqrt.path") || change.affectsConfiguration("sqrt.arguments")) {
        void restart();
      }
    }),
  );
  await restart();
}

export async function deactivate(): Promise<void> {
  await turn;
  await client?.stop();
}

function settings() {
  const section = workspace.getConfiguration("sqrt");
  return {
    path: section.get<string>("path", "sqrt").trim() || "sqrt",
    arguments: section.get<string[]>("arguments", []),
    together: section.get<boolean>("together", false),
  };
}

function restart(): Promise<void> {
  turn = turn.then(async () => {
    await client?.stop().catch(() => undefined);
    client = undefined;
    const started = newClient();
    try {
      await started.start();
      client = started;
    } catch (why) {
      await tellNotStarted(why);
    }
  });
  return turn;
}

function newClient(): LanguageClient {
  const { path, arguments: more, together } = settings();
  const server: ServerOptions = { command: path, args: serverArguments(more), transport: TransportKind.stdio };
  const options: LanguageClientOptions = {
    documentSelector: [
      { scheme: "file", language: LANGUAGE },
      { scheme: "untitled", language: LANGUAGE },
    ],
    initializationOptions: { together },
    synchronize: { configurationSection: "sqrt" },
  };
  return new LanguageClient("sqrt", "SQRT", server, options);
}

async function tellNotStarted(why: unknown): Promise<void> {
  const { path } = settings();
  const reason = why instanceof Error ? why.message : String(why);
  const open = "Open Settings";
  const chosen = await window.showErrorMessage(
    `The command "${path}" could not be started, so SQRT has colours only: ${reason}. Set "sqrt.path" to where it is.`,
    open,
  );
  if (chosen === open) {
    await commands.executeCommand("workbench.action.openSettings", "sqrt.path");
  }
}

/** Runs a verb of the command on the policies beside the open one, in a terminal. */
async function inTerminal(verb: "check" | "test"): Promise<void> {
  const current = window.activeTextEditor?.document.uri;
  const folder = current?.scheme === "file" ? Uri.joinPath(current, "..") : workspace.workspaceFolders?.[0]?.uri;
  if (!folder) {
    await window.showInformationMessage("Open a policy or a folder first.");
    return;
  }
  const { path, together } = settings();
  const files = (await workspace.fs.readDirectory(folder)).map(([name]) => name).filter((name) => name.endsWith(".sqrt"));
  const terminal = window.createTerminal({ name: `sqrt ${verb}`, cwd: folder, env: {} });
  terminal.show(true);
  terminal.sendText(commandLine(path, verb, together, files.sort()));
}
