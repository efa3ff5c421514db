//! S6.2 to S6.9, rule by rule.
