//! The server itself: what comes in is worked on in its order, and diagnostics are published when nothing more has come.

use std::panic::{AssertUnwindSafe, catch_unwind};

use lsp_server::{ErrorCode, Message, Notification, Request, RequestId, Response, ResponseError};
use lsp_types::notification::{
    DidChangeConfiguration, DidChangeTextDocument, DidChangeWatchedFiles, DidCloseTextDocument,
    DidOpenTextDocument, DidSaveTextDocument, Exit, Initialized, LogMessage, Notification as _,
    PublishDiagnostics, ShowMessage,
};
use lsp_types::request::{Initialize, RegisterCapability, Request as _, Shutdown};
use lsp_types::{
    DidChangeConfigurationParams, DidChangeTextDocumentParams, DidCloseTextDocumentParams,
    DidOpenTextDocumentParams, InitializeParams, InitializeResult, MessageType, PublishDiagnosticsParams,
    ServerInfo,
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use sqrt_vm::limits::Limits;

use crate::output::{Failure, Output, Stop};

use super::capabilities;
use super::checked::Checked;
use super::publish::Published;
use super::queue::Queue;
use super::requests::{Asked, error};
use super::settings::Settings;
use super::wire::{Incoming, write, write_error};
use super::workspace::Workspace;

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// After `shutdown`.
    Announced,
    /// Without it: the editor went away.
    Unannounced,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    New,
    Running,
    ShutDown,
}

/// The server and all that it holds.
pub(super) struct Server<'o> {
    output: &'o mut Output,
    workspace: Workspace,
    published: Published,
    checked: Checked,
    phase: Phase,
    snippets: bool,
    watches_files: bool,
}

impl<'o> Server<'o> {
    pub(super) fn new(limits: Limits, settings: Settings, output: &'o mut Output) -> Self {
        Self {
            output,
            workspace: Workspace::new(limits, settings),
            published: Published::default(),
            checked: Checked::default(),
            phase: Phase::New,
            snippets: false,
            watches_files: false,
        }
    }

    /// Works on messages until the editor says that it is done, or goes away.
    pub(super) fn serve(mut self, mut queue: Queue) -> Result<End, Stop> {
        loop {
            if queue.is_idle() {
                self.publish()?;
                self.output.flush()?;
            }
            match queue.next() {
                Incoming::Message(Message::Request(request)) => {
                    let is_cancelled = queue.is_cancelled(&request.id);
                    self.request(request, is_cancelled)?;
                }
                Incoming::Message(Message::Notification(told)) if told.method == Exit::METHOD => {
                    return Ok(self.end());
                }
                Incoming::Message(Message::Notification(told)) => self.notification(told)?,
                Incoming::Message(Message::Response(_)) => {}
                Incoming::Wrong(code, message) => {
                    self.output.write(|out| write_error(out, code, &message))?;
                }
                Incoming::Lost(why) => {
                    return Err(Failure::new(format!("cannot read messages of the editor: {why}")).into());
                }
                Incoming::End => return Ok(self.end()),
            }
        }
    }

    fn end(&self) -> End {
        if self.phase == Phase::ShutDown { End::Announced } else { End::Unannounced }
    }

    fn send(&mut self, message: &Message) -> Result<(), Stop> {
        self.output.write(|out| write(out, message))
    }

    fn notify(&mut self, method: &str, params: Value) -> Result<(), Stop> {
        self.send(&Notification { method: method.to_owned(), params }.into())
    }

    fn request(&mut self, request: Request, is_cancelled: bool) -> Result<(), Stop> {
        let Request { id, method, params } = request;
        let result = match (self.phase, method.as_str()) {
            (Phase::New, Initialize::METHOD) => self.initialize(params),
            (Phase::New, _) => {
                Err(error(ErrorCode::ServerNotInitialized, "the first request is `initialize`"))
            }
            (Phase::ShutDown, _) => Err(error(ErrorCode::InvalidRequest, "the server was shut down")),
            (Phase::Running, Initialize::METHOD) => {
                Err(error(ErrorCode::InvalidRequest, "the server is initialized"))
            }
            (Phase::Running, Shutdown::METHOD) => {
                self.phase = Phase::ShutDown;
                Ok(Value::Null)
            }
            (Phase::Running, _) if is_cancelled => {
                Err(error(ErrorCode::RequestCanceled, "the request was cancelled"))
            }
            (Phase::Running, _) => self.answer(&method, params),
        };
        self.respond(id, result)
    }

    fn respond(&mut self, id: RequestId, result: Result<Value, ResponseError>) -> Result<(), Stop> {
        self.send(&Response { id, response_result: result }.into())
    }

    /// The answer of a feature. One that panics, which nothing should make it do, fails alone.
    fn answer(&mut self, method: &str, params: Value) -> Result<Value, ResponseError> {
        let mut asked =
            Asked { workspace: &mut self.workspace, checked: &mut self.checked, snippets: self.snippets };
        let answered = catch_unwind(AssertUnwindSafe(|| asked.answer(method, params)));
        match answered {
            Ok(Some(result)) => result,
            Ok(None) => Err(error(ErrorCode::MethodNotFound, "the method is not known")),
            Err(_) => Err(error(ErrorCode::InternalError, "internal error of `sqrt`; please report it")),
        }
    }

    fn initialize(&mut self, params: Value) -> Result<Value, ResponseError> {
        let params: InitializeParams = serde_json::from_value(params)
            .map_err(|why| error(ErrorCode::InvalidParams, format!("parameters of `initialize`: {why}")))?;
        self.workspace.encoding = capabilities::encoding(&params.capabilities);
        self.snippets = capabilities::takes_snippets(&params.capabilities);
        self.watches_files = capabilities::watches_files(&params.capabilities);
        self.workspace.take_folders(&params);
        if let Some(options) = &params.initialization_options {
            self.workspace.set(options);
        }
        self.phase = Phase::Running;
        let result = InitializeResult {
            capabilities: capabilities::server(self.workspace.encoding),
            server_info: Some(ServerInfo {
                name: "sqrt".to_owned(),
                version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            }),
        };
        serde_json::to_value(result).map_err(|why| error(ErrorCode::InternalError, why.to_string()))
    }

    fn notification(&mut self, told: Notification) -> Result<(), Stop> {
        if self.phase != Phase::Running {
            return Ok(());
        }
        let Notification { method, params } = told;
        match method.as_str() {
            Initialized::METHOD => return self.watch_files(),
            DidOpenTextDocument::METHOD => {
                if let Some(DidOpenTextDocumentParams { text_document }) = self.read(&method, params)? {
                    self.workspace.open(text_document.uri, text_document.version, text_document.text);
                }
            }
            DidChangeTextDocument::METHOD => {
                if let Some(changed) = self.read::<DidChangeTextDocumentParams>(&method, params)? {
                    let (uri, version) = (changed.text_document.uri, changed.text_document.version);
                    self.workspace.change(uri.as_str(), version, changed.content_changes);
                }
            }
            DidCloseTextDocument::METHOD => {
                if let Some(closed) = self.read::<DidCloseTextDocumentParams>(&method, params)? {
                    self.workspace.close(closed.text_document.uri.as_str());
                    let taken_back = self.published.close(&closed.text_document.uri);
                    self.publish_one(taken_back)?;
                }
            }
            DidChangeConfiguration::METHOD => {
                if let Some(changed) = self.read::<DidChangeConfigurationParams>(&method, params)? {
                    self.workspace.set(&changed.settings);
                }
            }
            // Policy files are looked at again whenever diagnostics are due, which is now.
            DidChangeWatchedFiles::METHOD | DidSaveTextDocument::METHOD => self.workspace.look_again(),
            _ => {}
        }
        Ok(())
    }

    /// The parameters of a notification; that they are wrong is told to the editor's log.
    fn read<T: DeserializeOwned>(&mut self, method: &str, params: Value) -> Result<Option<T>, Stop> {
        match serde_json::from_value(params) {
            Ok(params) => Ok(Some(params)),
            Err(why) => {
                let message = format!("parameters of `{method}`: {why}");
                self.notify(LogMessage::METHOD, json!({"type": 1, "message": message}))?;
                Ok(None)
            }
        }
    }

    /// Asks the editor to tell of policy files that change elsewhere.
    fn watch_files(&mut self) -> Result<(), Stop> {
        if !self.watches_files {
            return Ok(());
        }
        let watchers = json!([{"globPattern": "**/*.sqrt"}, {"globPattern": "**/sqrt.toml"}]);
        let params = json!({"registrations": [{
            "id": "files",
            "method": DidChangeWatchedFiles::METHOD,
            "registerOptions": {"watchers": watchers},
        }]});
        let method = RegisterCapability::METHOD.to_owned();
        self.send(&Request { id: "watch-files".to_owned().into(), method, params }.into())
    }

    fn publish(&mut self) -> Result<(), Stop> {
        if self.phase != Phase::Running {
            return Ok(());
        }
        let (published, workspace, checked) = (&mut self.published, &mut self.workspace, &mut self.checked);
        let due = catch_unwind(AssertUnwindSafe(|| published.due(workspace, checked)));
        due.unwrap_or_default().into_iter().try_for_each(|params| self.publish_one(params))?;
        self.workspace.take_problems().into_iter().try_for_each(|message| {
            self.notify(ShowMessage::METHOD, json!({"type": MessageType::ERROR, "message": message}))
        })
    }

    fn publish_one(&mut self, params: PublishDiagnosticsParams) -> Result<(), Stop> {
        let params = serde_json::to_value(params)
            .map_err(|why| Failure::new(format!("cannot write diagnostics: {why}")))?;
        self.notify(PublishDiagnostics::METHOD, params)
    }
}
