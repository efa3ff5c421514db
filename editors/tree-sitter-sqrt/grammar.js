/**
 * @file The grammar of SQRT, the policy language of SQRT VM.
 * @license MIT OR Apache-2.0
 *
 * No word of the language is reserved: `tool "in" { must deny when in.value in in; }` is well-formed. So a name is any word, also
 * one that is a keyword elsewhere, and where a word may be either (`not`, and the beginning of a let) both readings are
 * followed until one of them fails.
 */

/// <reference types="tree-sitter-cli/dsl" />
// @ts-check

// The words of the language. Each may be a name as well.
const WORDS = [
  'let', 'tool', 'must', 'hard', 'should', 'soft', 'allow', 'deny', 'when', 'always', 'priority', 'result', 'session',
  'before', 'after', 'not', 'and', 'or', 'in', 'overlaps', 'subset', 'superset', 'of', 'is', 'empty', 'universal',
  'union', 'intersect', 'minus', 'xor', 'with', 'without', 'from', 'args', 'tags', 'producers', 'consumers', 'int',
  'float', 'str', 'matching', 'like', 'length', 'bool', 'true', 'false', 'datetime', 'inf',
];

// From the loosest to the tightest.
const PRECEDENCE = { or: 1, and: 2, not: 3, xor: 11, minus: 12, intersect: 13, union: 14, with: 15 };

export default grammar({
  name: 'sqrt',

  word: $ => $._identifier,

  extras: $ => [/[ \t\r\n\f]/, $.line_comment, $.block_comment, $.doc_comment],

  supertypes: $ => [$._declaration, $._predicate, $._set, $._element],

  conflicts: $ => [
    // A let that begins with a name, or with a name in parentheses, may be either.
    [$._predicate_name, $._set_name, $._bare_name],
    // `not and not or a`: a name, or the operator.
    [$.name, $.not_predicate],
    // `int -inf`: a domain, or a difference of two names.
    [$.number_range],
    [$.name, $.int_domain],
    [$.name, $.float_domain],
    [$.name, $.datetime_domain],
  ],

  rules: {
    source_file: $ => repeat($._declaration),

    _declaration: $ => choice($.let_declaration, $.tool_declaration, $.shorthand),

    // --- declarations ---

    let_declaration: $ => seq('let', field('name', $.name), '=', field('value', $._let_value), ';'),

    _let_value: $ => choice($._bare_name, $._predicate, $._set, $._domain),

    // A name alone has the kind of what it names.
    _bare_name: $ => choice($.name, seq('(', $._bare_name, ')')),

    tool_declaration: $ => seq('tool', field('id', $._tool_id), field('body', $.tool_body)),

    _tool_id: $ => choice($.string, $.regex),

    tool_body: $ => seq('{', repeat($._member), '}'),

    _member: $ => choice($.priority, $.rule, $.result_block, $.session_block),

    priority: $ => seq('priority', $.integer, ';'),

    rule: $ => seq(
      field('level', $.level),
      field('outcome', $.outcome),
      choice('always', seq('when', field('condition', $._predicate))),
      ';',
    ),

    level: _ => choice('must', 'hard', 'should', 'soft'),

    outcome: _ => choice('allow', 'deny'),

    result_block: $ => seq('result', field('body', $.statements)),

    session_block: $ => seq('session', field('timing', $.timing), field('body', $.statements)),

    timing: _ => choice('before', 'after'),

    statements: $ => seq('{', repeat(choice($.update, $.when_statement)), '}'),

    when_statement: $ => seq('when', field('condition', $._predicate), field('body', $.updates)),

    updates: $ => seq('{', repeat($.update), '}'),

    update: $ => seq($._update, ';'),

    _update: $ => seq(field('target', $._target), field('operator', $.assignment), field('value', $._set)),

    assignment: _ => choice('=', '|=', '&=', '-=', '^='),

    _target: $ => choice($.context_field, $.result_field, $.session_field, $.argument_field),

    shorthand: $ => seq(
      'tool',
      field('id', $._tool_id),
      optional(seq('[', field('priority', $.integer), ']')),
      '->',
      optional(field('timing', choice('result', seq('session', optional($.timing))))),
      field('target', $.context_field),
      field('operator', $.assignment),
      field('value', $._set),
      optional(seq('when', field('condition', $._predicate))),
      ';',
    ),

    // --- conditions ---

    _predicate: $ => choice(
      $.or_predicate,
      $.and_predicate,
      $.not_predicate,
      $.parenthesized_predicate,
      $.in_predicate,
      $.value_equality,
      $.set_comparison,
      $.emptiness,
      $._predicate_name,
    ),

    or_predicate: $ => prec.left(PRECEDENCE.or, seq($._predicate, 'or', $._predicate)),

    and_predicate: $ => prec.left(PRECEDENCE.and, seq($._predicate, 'and', $._predicate)),

    // The precedence stands behind `not` alone, so that nothing is decided before it is known whether that is a name.
    not_predicate: $ => seq('not', prec.right(PRECEDENCE.not, $._predicate)),

    parenthesized_predicate: $ => seq('(', $._predicate, ')'),

    _predicate_name: $ => $.name,

    in_predicate: $ => seq(field('left', $._value), 'in', field('right', $._set)),

    value_equality: $ => seq(field('left', $._value), '==', field('right', $._value)),

    set_comparison: $ => seq(
      field('left', $._metadata),
      field('operator', choice('overlaps', seq('subset', 'of'), seq('superset', 'of'), '==')),
      field('right', $._set),
    ),

    emptiness: $ => seq(field('left', $._metadata), 'is', choice('empty', 'universal')),

    _value: $ => choice(
      $.argument_value,
      $.result_value,
      $.session_value,
      $.string,
      $.date,
      $.number,
      $.boolean,
    ),

    argument_value: $ => seq(field('argument', $.name), $.value_access),

    result_value: $ => seq('@result', $.value_access),

    session_value: $ => seq('@session', $.value_access),

    // One token: no white space may stand after the dot.
    value_access: _ => '.value',

    boolean: _ => choice('true', 'false'),

    // --- sets ---

    _set: $ => choice(
      $.set_operation,
      $.with_element,
      $.parenthesized_set,
      $.set_literal,
      $._metadata,
      $._set_name,
    ),

    _set_name: $ => $.name,

    parenthesized_set: $ => seq('(', $._set, ')'),

    set_operation: $ => choice(
      ...[
        [PRECEDENCE.xor, '^', 'xor'],
        [PRECEDENCE.minus, '-', 'minus'],
        [PRECEDENCE.intersect, '&', 'intersect'],
        [PRECEDENCE.union, '|', 'union'],
      ].map(([precedence, symbol, word]) => prec.left(precedence, seq(
        field('left', $._set),
        field('operator', choice(symbol, word)),
        field('right', $._set),
      ))),
    ),

    with_element: $ => prec.left(PRECEDENCE.with, seq(
      field('set', $._set),
      field('operator', choice('with', 'without')),
      field('element', $._element),
    )),

    set_literal: $ => seq('{', optional(seq($._element, repeat(seq(',', $._element)))), '}'),

    _metadata: $ => choice(
      $.context_field,
      $.result_field,
      $.session_field,
      $.arguments_field,
      $.aggregation,
      $.argument_field,
    ),

    context_field: $ => seq('@', $.field),

    result_field: $ => seq('@result', '.', $.field),

    session_field: $ => seq('@session', '.', $.field),

    arguments_field: $ => seq('@args', '.', $.field, optional(seq('.', choice('union', 'intersect')))),

    aggregation: $ => seq(choice('union', 'intersect'), 'of', $.field, 'from', 'args'),

    argument_field: $ => seq(field('argument', $.name), '.', $.field),

    field: _ => choice('tags', 'producers', 'consumers'),

    // --- elements ---

    _element: $ => choice($.string, $.regex, $.wildcard, $.number, $._domain),

    _domain: $ => choice($.bool_domain, $.int_domain, $.float_domain, $.str_domain, $.datetime_domain),

    bool_domain: $ => seq('bool', $.boolean),

    int_domain: $ => seq('int', $._number_range),

    float_domain: $ => seq('float', $._number_range),

    str_domain: $ => seq(
      'str',
      choice($.string, seq('matching', $.regex), seq('like', $.wildcard)),
      optional(seq('length', $._number_range)),
    ),

    datetime_domain: $ => seq('datetime', choice($.number, $.string, $.date, $.date_range)),

    _number_range: $ => choice($.number, $.number_range),

    number_range: $ => range($.number),

    date_range: $ => range($.date),

    // --- tokens ---

    number: $ => choice($.integer, $._fraction, $._infinity),

    integer: _ => /-?[0-9]+/,

    _fraction: _ => token(/-?[0-9]+\.[0-9]+/),

    // The sign is not a token of one piece with the word, which may go on (`int -inf_` is a difference of two names).
    _infinity: _ => choice('inf', prec.dynamic(1, seq(choice('-', '+'), token.immediate('inf')))),

    string: $ => seq('"', repeat(choice($.escape, $._text)), token.immediate('"')),

    regex: $ => seq('r"', optional(alias($._raw, $.regex_pattern)), token.immediate('"')),

    wildcard: $ => seq('w"', optional(alias($._raw, $.wildcard_pattern)), token.immediate('"')),

    date: $ => seq('d"', repeat(choice($.escape, $._text)), token.immediate('"')),

    // Above comments, which may stand everywhere else.
    _text: _ => token.immediate(prec(3, /[^"\\]+/)),

    escape: _ => token.immediate(prec(3, /\\(u\{[0-9A-Fa-f]{1,6}\}|.|\r\n)/)),

    _raw: _ => token.immediate(prec(3, /([^"\\]|\\(.|\r\n))+/)),

    name: $ => choice($._identifier, ...WORDS),

    _identifier: _ => /[A-Za-z_][A-Za-z0-9_]*/,

    doc_comment: _ => token(prec(2, /\/\/\/[^\n]*/)),

    line_comment: _ => token(prec(1, /\/\/[^\n]*/)),

    block_comment: _ => token(/\/\*[^*]*\*+([^/*][^*]*\*+)*\//),
  },
});

/**
 * A range with at least one bound, which leaves out only a bound that is there.
 *
 * @param {RuleOrLiteral} bound
 */
function range(bound) {
  const between = choice('..', '<..', '..<', '<..<');
  return choice(
    seq(field('lower', bound), field('operator', between), field('upper', bound)),
    seq(field('lower', bound), field('operator', choice('..', '<..'))),
    seq(field('operator', choice('..', '..<')), field('upper', bound)),
  );
}
