//! The routes as the shop itself describes them, read at run time, so that a
//! new route is tested without anybody remembering to.

use std::sync::Arc;

use http::Method;
use serde_json::{Value, json};

use crate::shop::Shop;

/// The methods a path of the description may have.
pub const METHODS: [Method; 5] = [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];

/// How deep an example goes, should a schema contain itself.
const MAX_DEPTH: usize = 8;

/// What the parameters of paths, and ids in bodies, stand for.
#[derive(Debug, Clone)]
pub struct Ids {
    pub cart: String,
    pub draft: String,
    pub order: String,
    pub product: String,
    pub variant: String,
    pub gift_card: String,
    pub promotion: String,
    pub collection: String,
    pub group: String,
    pub list: String,
    pub webhook: String,
    pub job: String,
    /// A dry run that is over.
    pub import: String,
}

impl Ids {
    /// Of the right kinds, and nobody's.
    pub fn strangers() -> Self {
        let id = |prefix: &str| format!("{prefix}01ARZ3NDEKTSV4RRFFQ69G5FAV");
        let (cart, order, product, variant) = (id("ord_"), id("ord_"), id("prod_"), id("var_"));
        let (promotion, gift_card, webhook, job) = (id("promo_"), id("gift_"), id("hook_"), id("job_"));
        let (draft, collection, import) = (id("ord_"), id("col_"), id("job_"));
        let (group, list) = (id("group_"), id("list_"));
        Self {
            cart,
            draft,
            order,
            product,
            variant,
            promotion,
            collection,
            group,
            list,
            gift_card,
            webhook,
            job,
            import,
        }
    }

    fn id(&self, room: &str, parameter: &str) -> String {
        match (room, parameter) {
            (_, "{line_id}") | ("lines", _) => "line_1".to_owned(),
            ("documents", _) => "INV-999999".to_owned(),
            ("carts", _) => self.cart.clone(),
            ("drafts", _) => self.draft.clone(),
            ("orders", _) => self.order.clone(),
            ("variants" | "stock", _) | (_, "{variant_id}") => self.variant.clone(),
            ("gift-cards", _) => self.gift_card.clone(),
            ("products", _) => self.product.clone(),
            ("promotions", _) => self.promotion.clone(),
            ("collections", _) => self.collection.clone(),
            ("customer-groups", _) => self.group.clone(),
            ("price-lists", _) => self.list.clone(),
            ("webhooks", _) => self.webhook.clone(),
            ("jobs", _) => self.job.clone(),
            ("imports", _) => self.import.clone(),
            (_, "{number}") => "1".to_owned(),
            ("sessions", _) => "ses_01ARZ3NDEKTSV4RRFFQ69G5FAV".to_owned(),
            _ => "nobodys".to_owned(),
        }
    }

    fn text<'a>(&'a self, schema: &Value) -> &'a str {
        match (schema["format"].as_str(), schema["pattern"].as_str()) {
            (Some("email"), _) => "nobody@example.com",
            (Some("date-time"), _) => "2026-01-31T09:30:00.000Z",
            (_, Some("^line_(0|[1-9][0-9]{0,8})$")) => "line_1",
            (_, Some(pattern)) if pattern.starts_with("^var_") => &self.variant,
            (_, Some(pattern)) if pattern.starts_with("^prod_") => &self.product,
            (_, Some(pattern)) if pattern.starts_with("^ord_") => &self.order,
            _ => "example",
        }
    }
}

#[derive(Debug, Clone)]
pub struct Operation {
    pub method: Method,
    /// As described, such as `/v1/carts/{id}`.
    pub template: String,
    /// The schema of its JSON body, references resolved at the top.
    pub body: Option<Value>,
    /// Strangers', at first.
    ids: Ids,
    document: Arc<Value>,
}

impl Operation {
    pub fn is_admins(&self) -> bool {
        self.template.starts_with("/v1/admin/")
    }

    pub fn about(self, ids: &Ids) -> Self {
        Self { ids: ids.clone(), ..self }
    }

    /// The product that it is about, where its body says one.
    pub fn product(&self) -> &str {
        &self.ids.product
    }

    /// The variant that it is about, where its body says one.
    pub fn variant(&self) -> &str {
        &self.ids.variant
    }

    /// Which parcel or return: each is for one thing that can be done with it, once.
    fn parcel(&self) -> u32 {
        let once = ["/ship", "/approve", "/undo", "/refuse", "/receive"];
        let at = once.iter().position(|end| self.template.ends_with(end)).unwrap_or(0);
        [1, 1, 2, 2, 3][at]
    }

    /// A path of this shape.
    pub fn path(&self) -> String {
        let mut room = "";
        let parts = self.template.split('/').map(|part| {
            let id = part.starts_with('{').then(|| match room {
                "fulfilments" => self.parcel().to_string(),
                "returns" => format!("ret_{}_{}", self.ids.order.trim_start_matches("ord_"), self.parcel()),
                room => self.ids.id(room, part),
            });
            room = part;
            id.unwrap_or_else(|| part.to_owned())
        });
        parts.collect::<Vec<_>>().join("/")
    }

    /// A body that fits its schema, more or less: what it must have, and no more.
    pub fn example(&self) -> Value {
        self.body.as_ref().map_or(Value::Null, |schema| self.example_of(schema, 0))
    }

    /// The members that its body may have.
    pub fn members(&self) -> Vec<String> {
        let properties = self.body.as_ref().and_then(|schema| schema["properties"].as_object());
        properties.map(|properties| properties.keys().cloned().collect()).unwrap_or_default()
    }

    fn example_of(&self, schema: &Value, depth: usize) -> Value {
        let schema = resolved(&self.document, schema);
        // An id's example is nobody's; see `text`.
        let is_id = schema["pattern"].as_str().is_some_and(|pattern| pattern.trim_start_matches('^').contains('_'));
        let example = schema["examples"].get(0).filter(|_| !is_id);
        if let Some(constant) = schema.get("const").or_else(|| schema["enum"].get(0)).or(example) {
            return constant.clone();
        }
        for choice in ["oneOf", "anyOf", "allOf"] {
            if let Some(first) = schema[choice].get(0) {
                return self.example_of(first, depth);
            }
        }
        let kind = schema["type"].as_str().or_else(|| schema["type"][0].as_str()).unwrap_or("object");
        match kind {
            "string" => json!(self.ids.text(schema)),
            "integer" | "number" => json!(1),
            "boolean" => json!(true),
            "array" if depth < MAX_DEPTH => json!([self.example_of(&schema["items"], depth + 1)]),
            "array" => json!([]),
            "null" => Value::Null,
            _ => {
                let mut example = json!({});
                for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
                    if depth < MAX_DEPTH {
                        example[name] = self.example_of(&schema["properties"][name], depth + 1);
                    }
                }
                example
            }
        }
    }
}

fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    match schema["$ref"].as_str().and_then(|reference| reference.strip_prefix('#')) {
        Some(pointer) => resolved(document, document.pointer(pointer).unwrap_or(&Value::Null)),
        None => schema,
    }
}

impl Shop {
    pub async fn openapi(&self) -> Value {
        self.get("/openapi.json").send().await.expect(200).json()
    }

    /// Every operation that the shop describes.
    pub async fn operations(&self) -> Vec<Operation> {
        let document = Arc::new(self.openapi().await);
        let mut operations = Vec::new();
        for (template, item) in document["paths"].as_object().unwrap() {
            for method in METHODS {
                let operation = &item[method.as_str().to_ascii_lowercase()];
                if operation.is_object() {
                    let schema =
                        &resolved(&document, &operation["requestBody"])["content"]["application/json"]["schema"];
                    let body = schema.is_object().then(|| resolved(&document, schema).clone());
                    let document = document.clone();
                    let ids = Ids::strangers();
                    operations.push(Operation { method, template: template.clone(), body, ids, document });
                }
            }
        }
        operations
    }
}
