//! The requests about a document: each takes the parameters of the protocol, asks the feature, and converts what it says.

use lsp_server::{ErrorCode, ResponseError};
use lsp_types::request::{
    CodeActionRequest, Completion, DocumentHighlightRequest, DocumentSymbolRequest, FoldingRangeRequest,
    Formatting, GotoDefinition, HoverRequest, InlayHintRequest, PrepareRenameRequest, References, Rename,
    Request, SelectionRangeRequest, SemanticTokensFullRequest, SemanticTokensRangeRequest,
    WorkspaceSymbolRequest,
};
use lsp_types::{
    CodeAction, CodeActionKind, CodeActionOrCommand, CodeActionParams, CompletionList, CompletionResponse,
    DocumentHighlight, DocumentHighlightKind, DocumentSymbolResponse, GotoDefinitionResponse, Hover,
    HoverContents, InlayHint, InlayHintLabel, InlayHintTooltip, Location, Position, PrepareRenameResponse,
    Range, SelectionRange, SemanticTokens, TextDocumentPositionParams, TextEdit, Uri, WorkspaceEdit,
    WorkspaceSymbolResponse,
};
use serde_json::Value;
use sqrt_authoring::editor::{self, Edit, Finding, Suppression, Surroundings};
use sqrt_compiler::format::{FormatError, format};
use sqrt_compiler::syntax::token::Span;

use super::checked::Checked;
use super::convert;
use super::text::Encoding;
use super::workspace::{File, Together, Workspace};

/// So many symbols of the workspace are told at once; the editor asks again with more of the name.
const MOST_SYMBOLS: usize = 500;

type Answer<R> = Result<<R as Request>::Result, ResponseError>;

/// Everything that a request is answered from.
pub(super) struct Asked<'s> {
    pub(super) workspace: &'s mut Workspace,
    pub(super) checked: &'s mut Checked,
    pub(super) snippets: bool,
}

pub(super) fn error(code: ErrorCode, message: impl Into<String>) -> ResponseError {
    ResponseError { code: code as i32, message: message.into(), data: None }
}

impl Asked<'_> {
    /// The answer to a request; `None` for a method that is not known.
    pub(super) fn answer(&mut self, method: &str, params: Value) -> Option<Result<Value, ResponseError>> {
        Some(match method {
            HoverRequest::METHOD => {
                run::<HoverRequest>(params, |p| self.hover(&p.text_document_position_params))
            }
            GotoDefinition::METHOD => {
                run::<GotoDefinition>(params, |p| self.definition(&p.text_document_position_params))
            }
            References::METHOD => run::<References>(params, |p| {
                self.references(&p.text_document_position, p.context.include_declaration)
            }),
            DocumentHighlightRequest::METHOD => {
                run::<DocumentHighlightRequest>(params, |p| self.highlights(&p.text_document_position_params))
            }
            PrepareRenameRequest::METHOD => run::<PrepareRenameRequest>(params, |p| self.prepare_rename(&p)),
            Rename::METHOD => run::<Rename>(params, |p| self.rename(&p.text_document_position, &p.new_name)),
            Completion::METHOD => run::<Completion>(params, |p| self.completion(&p.text_document_position)),
            DocumentSymbolRequest::METHOD => {
                run::<DocumentSymbolRequest>(params, |p| self.symbols(&p.text_document.uri))
            }
            WorkspaceSymbolRequest::METHOD => {
                run::<WorkspaceSymbolRequest>(params, |p| Ok(self.named(&p.query)))
            }
            FoldingRangeRequest::METHOD => run::<FoldingRangeRequest>(params, |p| {
                let (file, encoding) = self.file(&p.text_document.uri)?;
                let folds = editor::folds(&file.document);
                Ok(Some(folds.into_iter().map(|fold| convert::fold(&file.text, fold, encoding)).collect()))
            }),
            SemanticTokensFullRequest::METHOD => run::<SemanticTokensFullRequest>(params, |p| {
                Ok(Some(self.semantic_tokens(&p.text_document.uri, None)?.into()))
            }),
            SemanticTokensRangeRequest::METHOD => run::<SemanticTokensRangeRequest>(params, |p| {
                Ok(Some(self.semantic_tokens(&p.text_document.uri, Some(p.range))?.into()))
            }),
            Formatting::METHOD => run::<Formatting>(params, |p| self.formatting(&p.text_document.uri)),
            CodeActionRequest::METHOD => run::<CodeActionRequest>(params, |p| self.code_actions(&p)),
            InlayHintRequest::METHOD => {
                run::<InlayHintRequest>(params, |p| self.hints(&p.text_document.uri, p.range))
            }
            SelectionRangeRequest::METHOD => {
                run::<SelectionRangeRequest>(params, |p| self.selections(&p.text_document.uri, &p.positions))
            }
            _ => return None,
        })
    }

    fn together(&mut self, uri: &Uri) -> Result<(Together, Encoding), ResponseError> {
        let found = self.workspace.together(uri.as_str());
        let together = found.ok_or_else(|| error(ErrorCode::InvalidParams, "the document is not open"))?;
        Ok((together, self.workspace.encoding))
    }

    fn file(&mut self, uri: &Uri) -> Result<(std::rc::Rc<File>, Encoding), ResponseError> {
        let (together, encoding) = self.together(uri)?;
        let file = together.file().cloned();
        Ok((file.ok_or_else(|| error(ErrorCode::InvalidParams, "the document is not open"))?, encoding))
    }

    /// The policy and the byte that a position names.
    fn at(&mut self, at: &TextDocumentPositionParams) -> Result<(Together, u32, Encoding), ResponseError> {
        let (together, encoding) = self.together(&at.text_document.uri)?;
        let offset = together.file().map_or(0, |file| file.text.offset(at.position, encoding));
        Ok((together, u32::try_from(offset).unwrap_or(u32::MAX), encoding))
    }

    fn hover(&mut self, at: &TextDocumentPositionParams) -> Answer<HoverRequest> {
        let (together, offset, encoding) = self.at(at)?;
        let around = surroundings(&together);
        let found = together.with(|policy| editor::hover(policy, &around, together.current, offset));
        Ok(found.and_then(|found| {
            let range = together.file()?.text.range(found.span, encoding);
            let contents = HoverContents::Markup(convert::markdown(found.markdown));
            Some(Hover { contents, range: Some(range) })
        }))
    }

    fn definition(&mut self, at: &TextDocumentPositionParams) -> Answer<GotoDefinition> {
        let (together, offset, encoding) = self.at(at)?;
        let places = together.with(|policy| editor::definition(policy, together.current, offset));
        let found = places.into_iter().filter_map(|place| convert::location(&together, place, encoding));
        let found: Vec<Location> = found.collect();
        Ok((!found.is_empty()).then_some(GotoDefinitionResponse::Array(found)))
    }

    fn references(&mut self, at: &TextDocumentPositionParams, with_declaration: bool) -> Answer<References> {
        let (together, offset, encoding) = self.at(at)?;
        let places =
            together.with(|policy| editor::references(policy, together.current, offset, with_declaration));
        let found = places.into_iter().filter_map(|place| convert::location(&together, place, encoding));
        Ok(Some(found.collect()))
    }

    fn highlights(&mut self, at: &TextDocumentPositionParams) -> Answer<DocumentHighlightRequest> {
        let (together, offset, encoding) = self.at(at)?;
        let found = together.with(|policy| editor::highlights(policy, together.current, offset));
        let file = together.file();
        let highlights = found.into_iter().filter_map(|found| {
            let kind =
                if found.is_write { DocumentHighlightKind::WRITE } else { DocumentHighlightKind::READ };
            Some(DocumentHighlight { range: file?.text.range(found.place.span, encoding), kind: Some(kind) })
        });
        Ok(Some(highlights.collect()))
    }

    fn prepare_rename(&mut self, at: &TextDocumentPositionParams) -> Answer<PrepareRenameRequest> {
        let (together, offset, encoding) = self.at(at)?;
        let place = together.with(|policy| editor::prepare_rename(policy, together.current, offset));
        match place {
            Err(editor::RenameError::NoLet) => Ok(None),
            Err(why) => Err(error(ErrorCode::RequestFailed, why.to_string())),
            Ok(place) => Ok(together.file().map(|file| PrepareRenameResponse::RangeWithPlaceholder {
                range: file.text.range(place.span, encoding),
                placeholder: file.document.slice(place.span).to_owned(),
            })),
        }
    }

    fn rename(&mut self, at: &TextDocumentPositionParams, new: &str) -> Answer<Rename> {
        let (together, offset, encoding) = self.at(at)?;
        let limits = self.workspace.limits;
        let edits = together.with(|policy| editor::rename(policy, together.current, offset, new, &limits));
        let edits = edits.map_err(|why| error(ErrorCode::RequestFailed, why.to_string()))?;
        Ok(Some(workspace_edit(&together, &edits, encoding)))
    }

    fn completion(&mut self, at: &TextDocumentPositionParams) -> Answer<Completion> {
        let (together, offset, encoding) = self.at(at)?;
        let around = surroundings(&together);
        let found = together.with(|policy| editor::completions(policy, &around, together.current, offset));
        let (file, snippets) = (together.file(), self.snippets);
        let items = found.into_iter().enumerate().filter_map(|(number, found)| {
            Some(convert::completion(&file?.text, found, number, snippets, encoding))
        });
        let list = CompletionList { is_incomplete: false, items: items.collect() };
        Ok(Some(CompletionResponse::List(list)))
    }

    fn symbols(&mut self, uri: &Uri) -> Answer<DocumentSymbolRequest> {
        let (file, encoding) = self.file(uri)?;
        let symbols = editor::symbols(&file.document);
        let symbols = symbols.into_iter().map(|found| convert::symbol(&file.text, found, encoding));
        Ok(Some(DocumentSymbolResponse::Nested(symbols.collect())))
    }

    /// The lets and blocks of a name in all files that are known.
    fn named(&mut self, query: &str) -> Option<WorkspaceSymbolResponse> {
        let encoding = self.workspace.encoding;
        let files = self.workspace.all_files();
        let documents: Vec<_> = files.iter().map(|file| &file.document).collect();
        let found = editor::search(&documents, query, MOST_SYMBOLS).into_iter();
        let symbols = found.filter_map(|(file, symbol)| {
            let file = files.get(file)?;
            Some(convert::named(&file.uri, &file.text, symbol, encoding))
        });
        Some(WorkspaceSymbolResponse::Flat(symbols.collect()))
    }

    fn semantic_tokens(&mut self, uri: &Uri, part: Option<Range>) -> Result<SemanticTokens, ResponseError> {
        let (file, encoding) = self.file(uri)?;
        let part = part.map_or(file.text.whole(), |range| file.text.span(range, encoding));
        let painted = editor::semantic_tokens(&file.document, part);
        let data = convert::semantic_tokens(&file.text, &painted, encoding);
        Ok(SemanticTokens { result_id: None, data })
    }

    /// A file with errors of syntax stays as it is, and its diagnostics say why.
    fn formatting(&mut self, uri: &Uri) -> Answer<Formatting> {
        let limits = self.workspace.limits;
        let (file, encoding) = self.file(uri)?;
        match format(file.document.text(), &limits) {
            Ok(formatted) if formatted == file.document.text() => Ok(Some(Vec::new())),
            Ok(formatted) => {
                Ok(Some(vec![TextEdit::new(file.text.range(file.text.whole(), encoding), formatted)]))
            }
            Err(FormatError::Syntax(_)) => Ok(None),
            Err(why) => Err(error(ErrorCode::RequestFailed, why.to_string())),
        }
    }

    fn code_actions(&mut self, params: &CodeActionParams) -> Answer<CodeActionRequest> {
        let (together, encoding) = self.together(&params.text_document.uri)?;
        let Some(file) = together.file() else { return Ok(None) };
        let wants = |kind: &CodeActionKind| {
            let only = params.context.only.as_ref();
            only.is_none_or(|only| {
                only.iter().any(|wanted| {
                    kind == wanted || kind.as_str().starts_with(&format!("{}.", wanted.as_str()))
                })
            })
        };
        let mut actions = Vec::new();
        let findings = self.checked.findings(&together);
        let limits = &together.project.options.limits;
        let at = |span| together.with(|policy| editor::touching(policy, &findings, together.current, span));
        if wants(&CodeActionKind::QUICKFIX) {
            let found = at(file.text.span(params.range, encoding));
            let comments = together.with(|policy| editor::suppressions(policy, together.current, &found));
            let fixes = together.with(|policy| editor::fixes(policy, found, limits));
            actions.extend(fixes.iter().filter_map(|found| quick_fix(&together, found, encoding)));
            actions.extend(comments.iter().map(|comment| suppress(&together, comment, encoding)));
        }
        if wants(&CodeActionKind::SOURCE_FIX_ALL) {
            let found = at(file.text.whole());
            let found = together.with(|policy| editor::fixes(policy, found, limits));
            actions.extend(fix_all(&together, &found, encoding));
        }
        Ok(Some(actions.into_iter().map(CodeActionOrCommand::CodeAction).collect()))
    }

    fn hints(&mut self, uri: &Uri, range: Range) -> Answer<InlayHintRequest> {
        let (together, encoding) = self.together(uri)?;
        let Some(file) = together.file() else { return Ok(None) };
        let part = file.text.span(range, encoding);
        let found = together.with(|policy| editor::hints(policy, together.current, part));
        let hints = found.into_iter().map(|hint| InlayHint {
            position: file.text.position(hint.offset as usize, encoding),
            label: InlayHintLabel::String(hint.label),
            kind: None,
            text_edits: None,
            tooltip: Some(InlayHintTooltip::String(hint.tooltip)),
            padding_left: None,
            padding_right: Some(true),
            data: None,
        });
        Ok(Some(hints.collect()))
    }

    fn selections(&mut self, uri: &Uri, positions: &[Position]) -> Answer<SelectionRangeRequest> {
        let (file, encoding) = self.file(uri)?;
        let chain = |position: &Position| {
            let offset = u32::try_from(file.text.offset(*position, encoding)).unwrap_or(u32::MAX);
            let spans: Vec<Span> = editor::selections(&file.document, offset);
            let outer = spans.into_iter().rev().fold(None, |parent: Option<SelectionRange>, span| {
                let range = file.text.range(span, encoding);
                Some(SelectionRange { range, parent: parent.map(Box::new) })
            });
            outer.unwrap_or(SelectionRange { range: Range::new(*position, *position), parent: None })
        };
        Ok(Some(positions.iter().map(chain).collect()))
    }
}

/// What is known of the agent's tools.
fn surroundings(together: &Together) -> Surroundings {
    Surroundings { tools: together.project.options.tools.clone() }
}

fn run<R: Request>(params: Value, work: impl FnOnce(R::Params) -> Answer<R>) -> Result<Value, ResponseError> {
    let params = serde_json::from_value(params)
        .map_err(|why| error(ErrorCode::InvalidParams, format!("parameters of `{}`: {why}", R::METHOD)))?;
    let result = work(params)?;
    serde_json::to_value(result).map_err(|why| error(ErrorCode::InternalError, why.to_string()))
}

fn workspace_edit(together: &Together, edits: &[Edit], encoding: Encoding) -> WorkspaceEdit {
    WorkspaceEdit { changes: Some(convert::edits(together, edits, encoding)), ..WorkspaceEdit::default() }
}

fn quick_fix(together: &Together, found: &Finding, encoding: Encoding) -> Option<CodeAction> {
    let fix = found.fix.as_ref()?;
    Some(CodeAction {
        title: fix.title.clone(),
        kind: Some(CodeActionKind::QUICKFIX),
        diagnostics: Some(vec![convert::diagnostic(together, found, encoding)?]),
        edit: Some(workspace_edit(together, &fix.edits, encoding)),
        is_preferred: Some(fix.is_certain),
        ..CodeAction::default()
    })
}

/// A comment that suppresses what is found, for the author to write the reason into.
fn suppress(together: &Together, comment: &Suppression, encoding: Encoding) -> CodeAction {
    let told = comment.findings.iter().filter_map(|found| convert::diagnostic(together, found, encoding));
    CodeAction {
        title: comment.title.clone(),
        kind: Some(CodeActionKind::QUICKFIX),
        diagnostics: Some(told.collect()),
        edit: Some(workspace_edit(together, std::slice::from_ref(&comment.edit), encoding)),
        is_preferred: Some(false),
        ..CodeAction::default()
    }
}

/// All fixes of a file as one, but for those that meet others.
fn fix_all(together: &Together, found: &[Finding], encoding: Encoding) -> Option<CodeAction> {
    let mut edits: Vec<Edit> = Vec::new();
    for fix in found.iter().filter_map(|found| found.fix.as_ref()).filter(|fix| fix.is_certain) {
        let end = edits.last().map_or(0, |edit| edit.place.span.end);
        let is_free =
            fix.edits.iter().all(|edit| edit.place.span.start >= end && edit.place.file == together.current);
        if is_free || edits.is_empty() {
            edits.extend(fix.edits.iter().cloned());
        }
    }
    if edits.is_empty() {
        return None;
    }
    Some(CodeAction {
        title: "Fix everything whose fix is certain".to_owned(),
        kind: Some(CodeActionKind::SOURCE_FIX_ALL),
        edit: Some(workspace_edit(together, &edits, encoding)),
        ..CodeAction::default()
    })
}
