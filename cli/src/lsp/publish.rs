//! Diagnostics as one types: for each open document, after the last of its changes that have come.

use std::collections::HashMap;

use lsp_types::PublishDiagnosticsParams;

use super::checked::Checked;
use super::convert::diagnostic;
use super::workspace::Workspace;

/// What was published of each document, by what its policy was made of.
#[derive(Debug, Default)]
pub(super) struct Published {
    of: HashMap<String, Vec<u64>>,
}

impl Published {
    /// What there is to publish: of every open document whose policy is another than the last time.
    pub(super) fn due(
        &mut self,
        workspace: &mut Workspace,
        checked: &mut Checked,
    ) -> Vec<PublishDiagnosticsParams> {
        let mut due = Vec::new();
        let mut current = Vec::new();
        for (uri, version) in workspace.opened() {
            let key = uri.as_str().to_owned();
            let Some(together) = workspace.together(&key) else { continue };
            let stamps = together.stamps();
            if !current.contains(&stamps) {
                current.push(stamps.clone());
            }
            if self.of.get(&key) == Some(&stamps) {
                continue;
            }
            let found = checked.findings(&together);
            let own = found.iter().filter(|finding| finding.place.file == together.current);
            let diagnostics =
                own.filter_map(|found| diagnostic(&together, found, workspace.encoding)).collect();
            due.push(PublishDiagnosticsParams { uri, diagnostics, version: Some(version) });
            self.of.insert(key, stamps);
        }
        checked.keep(&current);
        due
    }

    /// Forgets a document; what was published of it is taken back.
    pub(super) fn close(&mut self, uri: &lsp_types::Uri) -> PublishDiagnosticsParams {
        self.of.remove(uri.as_str());
        PublishDiagnosticsParams { uri: uri.clone(), diagnostics: Vec::new(), version: None }
    }
}
