//! The representation of small policies, as text.

use super::resolved;

/// The representation of a policy without errors, without its indentation.
fn dump(policy: &str) -> String {
    let (resolved, diagnostics) = resolved(&[("file", policy, None)]);
    assert!(!diagnostics.iter().any(crate::diagnostics::Diagnostic::is_error), "{diagnostics:?}");
    resolved.to_string()
}

/// Compares line by line; the expected text may be indented.
fn expect(policy: &str, expected: &str) {
    let dumped = dump(policy);
    let trim = |text: &str| {
        text.lines().map(|line| line.trim().to_owned()).filter(|l| !l.is_empty()).collect::<Vec<_>>()
    };
    assert_eq!(trim(&dumped), trim(expected), "\n{dumped}");
}

#[test]
fn readings_follow_stance_and_parity() {
    expect(
        r#"tool "t" {
            must deny when x.value in {"a"} and not (y.value in {"b"} or not z.value == "c");
            should allow when x.value in {"a"} and not y.value == z.value;
        }"#,
        r#"
            s0 = {"a"}
            s1 = {"b"}
            s2 = {"c"}
            s3 = {"a"}
            c0 = any x.value in s0
            c1 = all y.value in s1
            c2 = any z.value in s2
            c3 = not c2
            c4 = c1 or c3
            c5 = not c4
            c6 = c0 and c5
            c7 = all x.value in s3
            c8 = any or none y.value == z.value
            c9 = not c8
            c10 = c7 and c9
            tool "t", 1:1
              rule 0, 2:13: must deny when c6
              rule 1, 3:13: should allow when c10
        "#,
    );
}

#[test]
fn a_let_is_there_once_for_each_place_stance_and_parity() {
    expect(
        r#"
        let S = @tags | {"a"};
        let P = x.value in {"a"} and not @session.tags overlaps S;
        let Q = P;
        tool "t" {
            result { when Q { @tags |= {"b"}; @tags -= {"c"}; } when P { @consumers &= S; } }
            session after { when not Q { @tags |= S; } }
        }"#,
        r#"
            let S: set, uses 3
            let P: condition, uses 2
            let Q: condition, uses 2
            s0 = {"b"}
            s1 = @result.tags (metadata)
            s2 = s1 | s0 (metadata)
            s3 = {"c"}
            s4 = @result.tags (metadata)
            s5 = s4 - s3 (metadata)
            s6 = {"a"}
            s7 = @result.tags (metadata)
            s8 = {"a"}
            s9 = s7 | s8 (metadata)
            s10 = m0 (metadata)
            s11 = {"a"}
            s12 = m0 (metadata)
            s13 = m0 (metadata)
            s14 = @result.consumers (metadata)
            s15 = s14 & s13 (metadata)
            s16 = @session.tags (metadata)
            s17 = {"a"}
            s18 = s16 | s17 (metadata)
            s19 = m1 (metadata)
            s20 = @session.tags (metadata)
            s21 = s20 | s19 (metadata)
            s22 = {"a"}
            s23 = m1 (metadata)
            m0 = S for the result: s9
            m1 = S for the session: s18
            c0 = any x.value in s6
            c1 = @session.tags overlaps s10 [all]
            c2 = not c1
            c3 = c0 and c2
            c4 = l0
            c5 = l1
            c6 = all x.value in s11
            c7 = @session.tags overlaps s12 [any or none]
            c8 = not c7
            c9 = c6 and c8
            c10 = l2
            c11 = l3
            c12 = l0
            c13 = all x.value in s22
            c14 = @session.tags overlaps s23 [any]
            c15 = not c14
            c16 = c13 and c15
            c17 = l4
            c18 = l5
            c19 = not c18
            l0 = P for the result as deny: c3
            l1 = Q for the result as deny: c4
            l2 = P for the result as allow: c9
            l3 = Q for the result as allow: c10
            l4 = P for the session as deny, negated: c16
            l5 = Q for the session as deny, negated: c17
            tool "t", 5:9
              result: when c5 as deny, c11 as allow
                as deny: tags := s2
                as allow: tags := s5
              result: when c12 as deny
                as deny: consumers := s15
              after: when c19 as deny
                as deny: tags := s21
        "#,
    );
}

#[test]
fn literals_are_decoded() {
    expect(
        r#"tool "t" { should allow when
            x.value in {"*", "\u{41}\n", str "*", r"a\.\"b", w"a*\*", 5, -1.50, 18446744073709551616, bool true}
            or x.value in {int 1..<5, int 7, float ..1.5, float 0<..inf, str "ab" length 1.., str like w"?" length ..3}
            or x.value in {datetime d"1970-01-02", datetime 1.5, datetime d"1970-01-01T00:00:01Z"<..}
            or x.value == "*" or d"1970-01-01" == x.value or true == y.value; }"#,
        r#"
            s0 = {anything, "A\n", "*", regex `a\."b`, wildcard `a*\*`, 5, -1.5, 1.8446744073709552e19, true} (pattern, holds, non-strings)
            s1 = {int 1..<5, int 7, float ..1.5, float 0<..inf, "ab" length 1.., wildcard `?` length ..3} (pattern, holds, non-strings)
            s2 = {datetime 86400, datetime 1.500000000, datetime 1<..} (non-strings)
            s3 = {"*"}
            s4 = {datetime 0} (non-strings)
            s5 = {true} (non-strings)
            c0 = all x.value in s0
            c1 = all x.value in s1
            c2 = all x.value in s2
            c3 = all x.value in s3
            c4 = all x.value in s4
            c5 = all y.value in s5
            c6 = c0 or c1 or c2 or c3 or c4 or c5
            tool "t", 1:1
              rule 0, 1:12: should allow when c6
        "#,
    );
}

#[test]
fn set_expressions_keep_their_order() {
    expect(
        r#"tool "t" -> @tags = {"a"} | {"b"} - ({"c"} & @args.tags) with "d" with "e" without "f" ^ x.tags;"#,
        r#"
            s0 = {"a"}
            s1 = {"b"}
            s2 = s0 | s1
            s3 = {"c"}
            s4 = @args.tags.union (metadata)
            s5 = s3 & s4 (metadata)
            s6 = {"d"}
            s7 = {"e"}
            s8 = s5 | s6 | s7 (metadata)
            s9 = {"f"}
            s10 = s8 - s9 (metadata)
            s11 = s2 - s10 (metadata)
            s12 = x.tags (metadata)
            s13 = s11 ^ s12 (metadata)
            tool "t", 1:1
              result: tags := s13
        "#,
    );
}

#[test]
fn what_holds_a_pattern() {
    expect(
        r#"
        let P = {r"a.*"};
        tool "t" -> @tags -= P | {"b"} & {w"c*"};
        tool "u" -> @tags &= P - {"x"} ^ {str "abc" length 2..};
        "#,
        r#"
            let P: set, uses 2
            s0 = {regex `a.*`} (pattern, holds)
            s1 = m0 (pattern, holds)
            s2 = {"b"}
            s3 = s1 | s2 (pattern, holds)
            s4 = {wildcard `c*`} (pattern, holds)
            s5 = s3 & s4 (pattern, holds)
            s6 = @result.tags (metadata)
            s7 = s6 - s5 (metadata, pattern)
            s8 = m0 (pattern, holds)
            s9 = {"x"}
            s10 = s8 - s9 (pattern, holds)
            s11 = {"abc" length 2..} (pattern, holds)
            s12 = s10 ^ s11 (pattern, holds)
            s13 = @result.tags (metadata)
            s14 = s13 & s12 (metadata, pattern)
            m0 = P for the result: s0
            tool "t", 3:9
              result: tags := s7
            tool "u", 4:9
              result: tags := s14
        "#,
    );
}

#[test]
fn literals_against_metadata_and_against_literals() {
    expect(
        r#"tool "t" { must deny when "a" in x.tags or "*" in x.tags or 5 in {5.0}
            or "2024-01-01" == d"2024-01-01" or d"2024-01-01" == "x" or not "*" in {"*"}; }"#,
        r#"
            s0 = x.tags (metadata)
            s1 = x.tags (metadata)
            s2 = {5.0} (non-strings)
            s3 = {datetime 1704067200} (non-strings)
            s4 = {datetime 1704067200} (non-strings)
            s5 = {anything}
            c0 = "a" in s0 [any]
            c1 = s1 is universal [any]
            c2 = any 5 in s2
            c3 = any "2024-01-01" in s3
            c4 = any "x" in s4
            c5 = all "*" in s5
            c6 = not c5
            c7 = c0 or c1 or c2 or c3 or c4 or c6
            tool "t", 1:1
              rule 0, 1:12: must deny when c7
        "#,
    );
}

#[test]
fn the_reading_of_guarded_updates() {
    expect(
        r#"tool "t" { result { when x.value in {"a"} {
            @tags |= {"t"};
            @tags &= {"t"};
            @tags = @tags | {"t"};
            @tags = (@tags) | ({"t"} | {"u"});
            @tags = @tags | {"t"} | {"u"};
            @tags = {"t"} | @tags;
            @tags = @result.tags | {"t"};
            @result.tags = @result.tags | {"t"};
            @producers = @producers with "p";
            @producers = @producers with "p" with "q";
            @producers = @tags with "p";
            @consumers |= @args.consumers;
            @consumers &= {"c"};
            @consumers -= {"c"};
            @consumers ^= {"c"};
            @consumers = @consumers & {"c"};
            @consumers = @consumers - {"c"};
            @consumers = @consumers without "c";
            @consumers = @consumers & {"c"} & {"d"};
            @tags -= {"t"};
            @tags = {"t"};
        } } }"#,
        r#"
            s0 = {"t"}
            s1 = @result.tags (metadata)
            s2 = s1 | s0 (metadata)
            s3 = {"t"}
            s4 = @result.tags (metadata)
            s5 = s4 & s3 (metadata)
            s6 = @result.tags (metadata)
            s7 = {"t"}
            s8 = s6 | s7 (metadata)
            s9 = @result.tags (metadata)
            s10 = {"t"}
            s11 = {"u"}
            s12 = s10 | s11
            s13 = s9 | s12 (metadata)
            s14 = @result.tags (metadata)
            s15 = {"t"}
            s16 = {"u"}
            s17 = s14 | s15 | s16 (metadata)
            s18 = {"t"}
            s19 = @result.tags (metadata)
            s20 = s18 | s19 (metadata)
            s21 = @result.tags (metadata)
            s22 = {"t"}
            s23 = s21 | s22 (metadata)
            s24 = @result.tags (metadata)
            s25 = {"t"}
            s26 = s24 | s25 (metadata)
            s27 = @result.producers (metadata)
            s28 = {"p"}
            s29 = s27 | s28 (metadata)
            s30 = @result.producers (metadata)
            s31 = {"p"}
            s32 = {"q"}
            s33 = s30 | s31 | s32 (metadata)
            s34 = @result.tags (metadata)
            s35 = {"p"}
            s36 = s34 | s35 (metadata)
            s37 = @args.consumers.union (metadata)
            s38 = @result.consumers (metadata)
            s39 = s38 | s37 (metadata)
            s40 = {"c"}
            s41 = @result.consumers (metadata)
            s42 = s41 & s40 (metadata)
            s43 = {"c"}
            s44 = @result.consumers (metadata)
            s45 = s44 - s43 (metadata)
            s46 = {"c"}
            s47 = @result.consumers (metadata)
            s48 = s47 ^ s46 (metadata)
            s49 = @result.consumers (metadata)
            s50 = {"c"}
            s51 = s49 & s50 (metadata)
            s52 = @result.consumers (metadata)
            s53 = {"c"}
            s54 = s52 - s53 (metadata)
            s55 = @result.consumers (metadata)
            s56 = {"c"}
            s57 = s55 - s56 (metadata)
            s58 = @result.consumers (metadata)
            s59 = {"c"}
            s60 = {"d"}
            s61 = s58 & s59 & s60 (metadata)
            s62 = {"t"}
            s63 = @result.tags (metadata)
            s64 = s63 - s62 (metadata)
            s65 = {"t"}
            s66 = {"a"}
            s67 = {"a"}
            c0 = any x.value in s66
            c1 = all x.value in s67
            tool "t", 1:1
              result: when c0 as deny, c1 as allow
                as deny: tags := s2
                as allow: tags := s5
                as deny: tags := s8
                as deny: tags := s13
                as allow: tags := s17
                as allow: tags := s20
                as allow: tags := s23
                as deny: tags := s26
                as deny: producers := s29
                as allow: producers := s33
                as allow: producers := s36
                as allow: consumers := s39
                as deny: consumers := s42
                as deny: consumers := s45
                as allow: consumers := s48
                as deny: consumers := s51
                as deny: consumers := s54
                as deny: consumers := s57
                as allow: consumers := s61
                as allow: tags := s64
                as allow: tags := s65
        "#,
    );
}

#[test]
fn shorthands_priorities_and_presets() {
    use crate::ir::Enforcement;
    use crate::presets::Presets;
    let presets =
        Presets { non_executable_memory: true, llm_blocked_tag: Some(Enforcement::Should) }.sources();
    let own = "tool \"t\" [-5] -> session before @tags |= {\"a\"} when x.tags is universal;\ntool r\"a.*\" { priority 7; must allow always; }";
    let mut files = vec![("own", own, None)];
    files.extend(presets.iter().map(|preset| (preset.name, preset.text, Some(preset.rank))));
    let (policy, diagnostics) = resolved(&files);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    let names: Vec<&str> = policy.files.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(names, ["own", "preset:enable_non_executable_memory", "preset:enable_llm_blocked_tag"]);
    assert_eq!(policy.blocks[1].tool_text, "r\"a.*\"");
    let dumped = policy.to_string();
    let lines: Vec<&str> = dumped.lines().map(str::trim).collect();
    assert_eq!(
        lines,
        [
            r#"s0 = {"a"}"#,
            r#"s1 = @session.tags (metadata)"#,
            r#"s2 = s1 | s0 (metadata)"#,
            r#"s3 = {"__non_executable"}"#,
            r#"s4 = @result.tags (metadata)"#,
            r#"s5 = s4 | s3 (metadata)"#,
            r#"s6 = {"__llm_blocked"}"#,
            r#"c0 = x.tags is universal"#,
            r#"c1 = @args.tags.union overlaps s6 [any]"#,
            r#"tool "t", priority -5, 1:1"#,
            r#"before: when c0 as deny"#,
            r#"as deny: tags := s2"#,
            r#"tool regex `a.*`, priority 7, 2:1"#,
            r#"rule 0, 2:27: must allow always"#,
            r#"tool regex `(?s).*`, preset 0, 2:1"#,
            r#"result: tags := s5"#,
            r#"tool "parse_with_ai", preset 1, 2:1"#,
            r#"rule 1, 4:5: should deny when c1"#,
        ]
    );
}
