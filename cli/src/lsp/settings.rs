//! What an editor can set: as `initializationOptions`, and later by `workspace/didChangeConfiguration`, there below `sqrt`.

use serde_json::Value;

/// The settings in force.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Settings {
    /// Whether the policy files of a folder are one policy.
    pub(super) together: bool,
}

impl Settings {
    /// Takes what a JSON object sets; what it leaves out, or has of another type, stays as it was.
    pub(super) fn take(&mut self, value: &Value) {
        let value = value.get("sqrt").unwrap_or(value);
        if let Some(together) = value.get("together").and_then(Value::as_bool) {
            self.together = together;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_not_set_stays() {
        let mut settings = Settings::default();
        settings.take(&json!({"together": true}));
        settings.take(&json!({"sqrt": {"together": "yes"}}));
        settings.take(&json!(null));
        assert!(settings.together);
        settings.take(&json!({"sqrt": {"together": false}}));
        assert!(!settings.together);
    }
}
