//! Cedar: a `forbid` policy per rule beside one that permits everything. It evaluates all policies of an action; the deciding
//! rule is the first of the reasons. Where it names an argument's tags, they are a set in the context.

use std::collections::{HashMap, HashSet};
use std::str::FromStr;

use cedar_policy::{
    Authorizer, Context, Decision, Entities, Entity, EntityUid, PolicySet, Request, Response,
    RestrictedExpression,
};
use sqrt_benches::workload::order::blocked_customers;
use sqrt_benches::workload::{Answer, RawCall, Scalar};

use crate::peers::arg;
use sqrt_benches::bound::answer;
use sqrt_benches::harness::{Competitor, Decider, Input};

/// What is the same for both inputs. Policies get the names `policy0` (permits), `policy1` and so on, from the parser.
pub(super) struct Engine {
    authorizer: Authorizer,
    policies: PolicySet,
    entities: Entities,
    principal: EntityUid,
}

impl Engine {
    pub(super) fn new(rules: &str, entities: Vec<Entity>) -> Engine {
        let text = format!("permit(principal, action, resource);\n{rules}");
        Engine {
            authorizer: Authorizer::new(),
            policies: PolicySet::from_str(&text).unwrap(),
            entities: Entities::from_entities(entities, None).unwrap(),
            principal: uid("Agent", "a"),
        }
    }

    fn decide(&self, request: &Request) -> Response {
        self.authorizer.is_authorized(request, &self.policies, &self.entities)
    }

    fn answer(&self, response: &Response) -> Answer {
        assert_eq!(response.diagnostics().errors().count(), 0, "{response:?}");
        let number = |id: &cedar_policy::PolicyId| {
            let id: &str = id.as_ref();
            id.trim_start_matches("policy").parse::<u32>().unwrap()
        };
        let denied = response.decision() == Decision::Deny;
        answer(response.diagnostics().reason().map(number).min().filter(|_| denied))
    }
}

pub(super) fn uid(kind: &str, id: &str) -> EntityUid {
    EntityUid::from_type_name_and_id(kind.parse().unwrap(), id.parse().unwrap())
}

/// The names in the context of arguments that are values, and of those that are tags.
pub(super) struct Attributes {
    pub(super) values: &'static [&'static str],
    pub(super) tags: &'static [(&'static str, &'static str)],
    /// The argument that is the resource, and its type.
    pub(super) resource: Option<(&'static str, &'static str)>,
    /// Whether the name of the tool is in the context, beside being the action.
    pub(super) tool: bool,
}

impl Attributes {
    pub(super) fn request(&self, engine: &Engine, call: &RawCall<'_>) -> Request {
        let value = |name: &&str| {
            let value = match arg(call, name).value {
                Scalar::Str(string) => RestrictedExpression::new_string(string.to_owned()),
                Scalar::Int(number) => RestrictedExpression::new_long(number),
            };
            ((*name).to_owned(), value)
        };
        let tags = |(name, attribute): &(&str, &str)| {
            let strings =
                arg(call, name).tags.iter().map(|tag| RestrictedExpression::new_string((*tag).to_owned()));
            ((*attribute).to_owned(), RestrictedExpression::new_set(strings))
        };
        let tool =
            self.tool.then(|| ("tool".to_owned(), RestrictedExpression::new_string(call.tool.to_owned())));
        let pairs = self.values.iter().map(value).chain(self.tags.iter().map(tags)).chain(tool);
        let context = Context::from_pairs(pairs).unwrap();
        let resource = match self.resource.map(|(name, kind)| (arg(call, name).value, kind)) {
            Some((Scalar::Str(string), kind)) => uid(kind, string),
            _ => uid("Tool", "t"),
        };
        Request::new(engine.principal.clone(), uid("Action", call.tool), resource, context, None).unwrap()
    }
}

pub(super) struct Ready {
    pub(super) engine: Engine,
    pub(super) request: Request,
}

impl Decider for Ready {
    type Output = Response;

    fn decide(&mut self) -> Response {
        self.engine.decide(&self.request)
    }

    fn answer(&self, response: Response) -> Answer {
        self.engine.answer(&response)
    }
}

struct Strings<'a> {
    engine: Engine,
    attributes: Attributes,
    call: &'a RawCall<'a>,
}

impl Decider for Strings<'_> {
    type Output = Response;

    fn decide(&mut self) -> Response {
        self.engine.decide(&self.attributes.request(&self.engine, self.call))
    }

    fn answer(&self, response: Response) -> Answer {
        self.engine.answer(&response)
    }
}

pub(super) fn both<'a>(
    engine: impl Fn() -> Engine,
    attributes: Attributes,
    call: &'a RawCall<'a>,
) -> Vec<Competitor<'a>> {
    let ready = Ready { request: attributes.request(&engine(), call), engine: engine() };
    vec![
        Competitor::new("cedar", Input::Ready, ready),
        Competitor::new("cedar", Input::Strings, Strings { engine: engine(), attributes, call }),
    ]
}

/// Cedar for a call of W1.
pub fn email<'a>(call: &'a RawCall<'a>) -> Vec<Competitor<'a>> {
    let rules = r#"forbid(principal, action == Action::"send_email", resource) when {
        context.body_tags.containsAny(["internal_use", "confidential"]) && !(context.to like "*@trustedcorp.com")
    };"#;
    let attributes = Attributes {
        values: &["to", "subject", "body"],
        tags: &[("body", "body_tags")],
        resource: None,
        tool: false,
    };
    both(|| Engine::new(rules, vec![]), attributes, call)
}

/// The conditions of W2. A set of many strings is a group of entities, as the documentation advises.
const ORDER: [&str; 20] = [
    r#"resource in Group::"blocked""#,
    "context.amount >= 1000001",
    r#"context.note_tags.containsAny(["internal_use", "confidential"]) && !(context.email like "*@trustedcorp.com")"#,
    // simpler: the pattern is [A-Z]{3}-[0-9]{4}-X
    r#"context.sku like "*-*-X""#,
    "context.quantity <= 0",
    r#"!(["public", "reviewed", "marketing", "press"].containsAll(context.attachment_tags))"#,
    r#"context.url like "http://evil.com/*" || context.url like "http://evil.org/*"
        || context.url like "http://www.evil.com/*" || context.url like "http://www.evil.org/*"
        || context.url like "https://evil.com/*" || context.url like "https://evil.org/*"
        || context.url like "https://www.evil.com/*" || context.url like "https://www.evil.org/*""#,
    r#"context.amount >= 50001 && !(context.note_tags.contains("approved"))"#,
    r#"context.quantity >= 501 || (context.amount >= 20001 && ["acme", "globex"].contains(context.customer))"#,
    r#"context.note_tags.containsAny(["pii", "phi"]) && !(context.attachment_tags.contains("redacted"))"#,
    r#"context.email like "root@*" || context.email like "admin@*" || context.email like "postmaster@*""#,
    "!(context.quantity >= 1 && context.quantity <= 1000 && context.amount >= 1 && context.amount <= 1000000)",
    r#"context.note_tags.containsAny(["secret", "top_secret"]) || context.attachment_tags.containsAny(["secret", "top_secret"])"#,
    r#"context.url like "*.exe" || context.url like "*.bat" || context.url like "*.scr" || context.url like "*.ps1""#,
    r#"["test", "demo", "null"].contains(context.customer) && !(context.amount >= 0 && context.amount <= 100)"#,
    r#"!(["internal_use", "draft", "approved", "q3_report"].containsAll(context.note_tags))"#,
    "context.quantity >= 100 && context.amount <= 99",
    r#"context.attachment_tags.contains("draft") && context.note_tags.contains("final")"#,
    r#"["OLD-0001", "OLD-0002"].contains(context.sku) || !(context.customer == "acme" || context.quantity <= 400)"#,
    r#"context.note_tags.contains("draft") && context.amount >= 5000"#,
];

/// Cedar for a call of W2.
pub fn order<'a>(call: &'a RawCall<'a>) -> Vec<Competitor<'a>> {
    let rule = |condition: &&str| {
        format!("forbid(principal, action == Action::\"create_order\", resource) when {{ {condition} }};\n")
    };
    let rules: String = ORDER.iter().map(rule).collect();
    let entities = || {
        let group = uid("Group", "blocked");
        let member = |name: &String| {
            Entity::new(uid("Customer", name), HashMap::new(), HashSet::from([group.clone()])).unwrap()
        };
        blocked_customers().iter().map(member).collect()
    };
    let attributes = Attributes {
        values: &["customer", "amount", "quantity", "sku", "url", "email"],
        tags: &[("note", "note_tags"), ("attachment", "attachment_tags")],
        resource: Some(("customer", "Customer")),
        tool: false,
    };
    both(|| Engine::new(&rules, entities()), attributes, call)
}
