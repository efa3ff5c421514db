//! Diagnostics as one types: for each open document, after the last of its changes that have come.

use std::collections::HashMap;

use lsp_types::PublishDiagnosticsParams;
use sqrt_authoring::editor::findings;

use super::convert::diagnostic;
use super::workspace::Workspace;

/// What was published of each document, by what its policy was made of.
#[derive(Debug, Default)]
pub(super) struct Published {
    of: HashMap<String, Vec<u64>>,
}

impl Published {
    /// What there is to publish: of every open document whose policy is another than the last time.
    pub(super) fn due(&mut self, workspace: &mut Workspace) -> Vec<PublishDiagnosticsParams> {
        let mut due = Vec::new();
        for (uri, version) in workspace.opened() {
            let key = uri.as_str().to_owned();
            let Some(together) = workspace.together(&key) else { continue };
            let stamps = together.stamps();
            if self.of.get(&key) == Some(&stamps) {
                continue;
            }
            let found = together.with(|policy| findings(policy, &workspace.limits));
            let own = found.iter().filter(|finding| finding.place.file == together.current);
            let diagnostics =
                own.filter_map(|found| diagnostic(&together, found, workspace.encoding)).collect();
            due.push(PublishDiagnosticsParams { uri, diagnostics, version: Some(version) });
            self.of.insert(key, stamps);
        }
        due
    }

    /// Forgets a document; what was published of it is taken back.
    pub(super) fn close(&mut self, uri: &lsp_types::Uri) -> PublishDiagnosticsParams {
        self.of.remove(uri.as_str());
        PublishDiagnosticsParams { uri: uri.clone(), diagnostics: Vec::new(), version: None }
    }

    /// Publishes all anew.
    pub(super) fn clear(&mut self) {
        self.of.clear();
    }
}
