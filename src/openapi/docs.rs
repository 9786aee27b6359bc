//! The contract as a page: every route with what it takes and answers, then
//! every type. Made of the document alone, so it says what the code says.

use askama::Template;
use serde_json::Value;

use crate::problem::Code;
use crate::web::assets::Asset;

const STYLES: Asset = Asset::new("docs", "css", include_bytes!("../../public/assets/docs.css"));

#[derive(Template)]
#[template(path = "docs.html")]
struct Docs<'a> {
    styles: Asset,
    title: &'a str,
    version: &'a str,
    groups: Vec<Group<'a>>,
    codes: Vec<Code>,
    types: Vec<Type<'a>>,
}

struct Group<'a> {
    title: &'static str,
    operations: Vec<Operation<'a>>,
}

struct Operation<'a> {
    method: String,
    path: &'a str,
    summary: &'a str,
    description: &'a str,
    caller: String,
    parameters: Vec<Field<'a>>,
    body: Option<Kind<'a>>,
    answers: Vec<Response<'a>>,
}

struct Response<'a> {
    status: &'a str,
    /// Of a problem.
    codes: Vec<&'a str>,
    kind: Kind<'a>,
}

struct Type<'a> {
    name: &'a str,
    description: &'a str,
    kind: Kind<'a>,
    fields: Vec<Field<'a>>,
}

struct Field<'a> {
    name: &'a str,
    place: &'a str,
    required: bool,
    description: &'a str,
    kind: Kind<'a>,
}

/// What a value may be, in words; the type that it links to comes last.
struct Kind<'a> {
    words: String,
    link: Option<&'a str>,
}

/// Who calls what, by how the paths begin; the first that fits counts.
pub const GROUPS: [(&str, &[&str]); 5] = [
    ("Catalog", &["/v1/products", "/v1/collections", "/v1/variants"]),
    ("Carts and orders", &["/v1/carts", "/v1/orders", "/v1/me/orders"]),
    ("Accounts", &["/v1/auth", "/v1/me", "/.well-known"]),
    ("Staff", &["/v1/admin"]),
    ("Operations", &["/"]),
];

/// The group of a path.
pub fn group(path: &str) -> &'static str {
    GROUPS.iter().find(|(_, begins)| begins.iter().any(|begin| path.starts_with(begin))).unwrap().0
}

/// The whole page.
pub fn page(document: &Value) -> String {
    let mut groups: Vec<_> = GROUPS.map(|(title, _)| Group { title, operations: Vec::new() }).into();
    for (path, item) in document["paths"].as_object().unwrap() {
        let group = GROUPS.iter().position(|(title, _)| *title == group(path)).unwrap();
        let operations = item.as_object().unwrap().iter().map(|(method, it)| operation(method, path, it));
        groups[group].operations.extend(operations);
    }
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let docs = Docs {
        styles: STYLES,
        title: text(&document["info"]["title"]),
        version: text(&document["info"]["version"]),
        groups,
        codes: super::codes::all(),
        types: schemas.iter().map(|(name, schema)| type_of(name, schema)).collect(),
    };
    docs.render().unwrap()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn operation<'a>(method: &str, path: &'a str, it: &'a Value) -> Operation<'a> {
    let content = |holder: &'a Value| {
        let (_, content) = holder["content"].as_object()?.iter().next()?;
        Some(kind(&content["schema"]))
    };
    let none = || Kind { words: "no body".to_owned(), link: None };
    let answers = it["responses"].as_object().unwrap().iter().map(|(status, answer)| {
        let codes = answer.pointer("/content/application~1problem+json/schema/properties/code/enum");
        let codes = codes.and_then(Value::as_array).into_iter().flatten().map(text).collect();
        Response { status, codes, kind: content(answer).unwrap_or_else(none) }
    });
    let field = |parameter: &'a Value| Field {
        name: text(&parameter["name"]),
        place: text(&parameter["in"]),
        required: parameter["required"] == true,
        description: text(&parameter["description"]),
        kind: kind(&parameter["schema"]),
    };
    Operation {
        method: method.to_uppercase(),
        path,
        summary: text(&it["summary"]),
        description: text(&it["description"]),
        caller: caller(&it["security"]),
        parameters: it["parameters"].as_array().into_iter().flatten().map(field).collect(),
        body: content(&it["requestBody"]),
        answers: answers.collect(),
    }
}

/// Who may ask, in words.
fn caller(security: &Value) -> String {
    let ways = security.as_array().unwrap().iter();
    let ways = ways.map(|way| way.as_object().unwrap().keys().next().map_or("nobody in particular", String::as_str));
    ways.collect::<Vec<_>>().join(" or ").replace('_', " ")
}

fn type_of<'a>(name: &'a str, schema: &'a Value) -> Type<'a> {
    let required = |name: &str| schema["required"].as_array().is_some_and(|all| all.iter().any(|one| one == name));
    let field = |(name, schema): (&'a String, &'a Value)| Field {
        name,
        place: "",
        required: required(name),
        description: text(&schema["description"]),
        kind: kind(schema),
    };
    Type {
        name,
        description: text(&schema["description"]),
        kind: kind(schema),
        fields: schema["properties"].as_object().into_iter().flatten().map(field).collect(),
    }
}

fn kind(schema: &Value) -> Kind<'_> {
    if let Some(reference) = schema["$ref"].as_str() {
        let name = reference.rsplit('/').next().unwrap();
        return Kind { words: String::new(), link: Some(name) };
    }
    if let Some(choices) = schema["anyOf"].as_array().or(schema["oneOf"].as_array()) {
        let kinds: Vec<_> = choices.iter().map(kind).collect();
        let link = kinds.iter().find_map(|kind| kind.link);
        let words: Vec<_> = kinds.into_iter().map(|kind| kind.words).filter(|words| !words.is_empty()).collect();
        return Kind { words: words.join(" or ") + if link.is_some() { " or " } else { "" }, link };
    }
    if let Some(values) = schema["enum"].as_array() {
        let values: Vec<_> = values.iter().map(Value::to_string).collect();
        return Kind { words: values.join(" or "), link: None };
    }
    if !schema["const"].is_null() {
        return Kind { words: schema["const"].to_string(), link: None };
    }
    if schema["type"] == "array" {
        let of = kind(&schema["items"]);
        return Kind { words: format!("list of {}", of.words), link: of.link };
    }
    let mut words = match &schema["type"] {
        Value::Array(types) => types.iter().map(text).collect::<Vec<_>>().join(" or "),
        one => text(one).to_owned(),
    };
    for (bound, said) in
        [("format", ""), ("pattern", ""), ("minimum", "at least "), ("maximum", "at most "), ("default", "else ")]
    {
        match &schema[bound] {
            Value::Null => {}
            Value::String(value) => words += &format!(", {said}{value}"),
            value => words += &format!(", {said}{value}"),
        }
    }
    Kind { words, link: None }
}
