//! The catalog's anonymous reads over HTTP. What they answer is in [`super::read`].

use std::marker::PhantomData;

use aide::generate::GenContext;
use aide::openapi::Operation;
use aide::{OperationInput, OperationOutput};
use axum::extract::{FromRequestParts, State};
use axum::response::{IntoResponse, Response};
use http::request::Parts;
use http::{HeaderName, HeaderValue, header};
use schemars::{JsonSchema, json_schema};

use super::collection_read::{CollectionDetail, CollectionList};
use super::list_query::{MAX_SOUGHT, MAX_VALUES, Sort};
use super::name::Name;
use super::own::answer_to;
use super::read::{self, CACHE_CONTROL_BEYOND, ReadAnswer};
use super::related::{DEFAULT_RELATED, MAX_RELATED, MAX_TOGETHER};
use super::snapshot::Snapshot;
use super::suggest::{MAX_SUGGESTIONS, Suggestions, USUAL_SUGGESTIONS};
use super::views::{ProductDetail, ProductList, RelatedList};
use crate::app::App;
use crate::auth::{self, SignedIn};
use crate::ids::ProductId;
use crate::money::{Currency, MAX_AMOUNT};
use crate::problem::{NOT_FOUND, Problem};
use crate::text::Language;
use crate::wire::extract::header_parameter;
use crate::wire::page::{CursorParameter, LimitParameter};

/// The query of a list of products. Parsed by [`super::list_query::ListQuery`];
/// this is its documentation.
#[derive(JsonSchema)]
#[allow(dead_code)]
pub struct ListParameters {
    /// Words, all of which a product must have in its title, vendor, type, tags or options, in any language, or the beginnings of words, or a
    /// SKU or barcode, with any or no marks between its parts. A word that the shop does not have may have a letter or
    /// two wrong. After twelve words the rest is not looked for.
    #[schemars(length(max = MAX_SOUGHT))]
    q: Option<String>,
    /// Only products with one of these tags. Further filters are named `option.` and an option's name, such as
    /// `option.Size=L`: only products of which one variant has one of these values, and all else that is asked of
    /// variants. At most fifty tags, vendors, types, collections and options in all.
    #[schemars(inner(length(max = MAX_SOUGHT)), length(max = MAX_VALUES))]
    #[serde(default)]
    tag: Vec<String>,
    /// Only products of one of these collections, by id or slug; those of a collection that is in it are its own, too.
    #[schemars(inner(length(max = MAX_SOUGHT)), length(max = MAX_VALUES))]
    #[serde(default)]
    collection: Vec<String>,
    /// Only products of one of these vendors.
    #[schemars(inner(length(max = MAX_SOUGHT)), length(max = MAX_VALUES))]
    #[serde(default)]
    vendor: Vec<String>,
    /// Only products of one of these types.
    #[schemars(inner(length(max = MAX_SOUGHT)), length(max = MAX_VALUES))]
    #[serde(default, rename = "type")]
    kind: Vec<String>,
    /// In minor units of the currency, not above `price_max`. Together with `price_max` and `in_stock`: only products of
    /// which one variant is all that is asked for.
    #[schemars(range(max = MAX_AMOUNT))]
    price_min: Option<u64>,
    /// In minor units of the currency.
    #[schemars(range(max = MAX_AMOUNT))]
    price_max: Option<u64>,
    /// `true`: only what is available.
    #[schemars(extend("default" = false))]
    in_stock: Option<bool>,
    /// `true`: the answer has `facets`, what the list can be narrowed by. The counts of each are right under all other
    /// filters; at most thirty, of fifty values each.
    #[schemars(extend("default" = false))]
    facets: Option<bool>,
    /// `relevance` (if absent; without `q` the same as `collection`), `collection` (the own order of the one collection
    /// that is asked for, else the same as `newest`), `newest`, `price_asc` and `price_desc` by the lowest price, `title`: without regard to case and
    /// accents, numbers by value; blanks and punctuation before numbers, numbers before letters; or `best_selling`: by
    /// the orders of the last ninety days that keep a piece of it, counted each night, of equals the newest.
    #[schemars(with = "Sort", extend("default" = "relevance"))]
    sort: Option<String>,
    /// One of the shop's currencies; its default if absent.
    #[schemars(with = "Option<Currency>")]
    currency: Option<String>,
    /// In which titles and other texts are told, where they are translated; absent: as the shop itself says them. A
    /// parameter rather than `Accept-Language`, so that each answer has one address and caches need to tell nothing apart.
    locale: Option<Language>,
    /// The most products of one page.
    #[schemars(with = "Option<LimitParameter>")]
    limit: Option<u32>,
    /// The `next_cursor` of the page before.
    #[schemars(with = "Option<CursorParameter>")]
    cursor: Option<String>,
}

#[derive(JsonSchema)]
#[allow(dead_code)]
pub struct DetailParameters {
    /// One of the shop's currencies; its default if absent.
    #[schemars(with = "Option<Currency>")]
    currency: Option<String>,
    /// As of a list of products.
    locale: Option<Language>,
}

/// The query of what goes with a product. Parsed by [`super::related::RelatedQuery`].
#[derive(JsonSchema)]
#[allow(dead_code)]
pub struct RelatedParameters {
    /// One of the shop's currencies; its default if absent. What is not sold in it is left out.
    #[schemars(with = "Option<Currency>")]
    currency: Option<String>,
    /// As of a list of products.
    locale: Option<Language>,
    /// The most products.
    #[schemars(range(min = 1, max = MAX_RELATED), extend("default" = DEFAULT_RELATED))]
    limit: Option<u32>,
}

#[derive(JsonSchema)]
#[allow(dead_code)]
pub struct SuggestionParameters {
    /// The products' ids; those that are not on sale are passed over.
    #[schemars(length(min = 1, max = MAX_TOGETHER))]
    product: Vec<ProductId>,
    /// One of the shop's currencies; its default if absent. What is not sold in it is left out.
    #[schemars(with = "Option<Currency>")]
    currency: Option<String>,
    /// As of a list of products.
    locale: Option<Language>,
    /// The most products.
    #[schemars(range(min = 1, max = MAX_RELATED), extend("default" = DEFAULT_RELATED))]
    limit: Option<u32>,
}

#[derive(JsonSchema)]
#[allow(dead_code)]
pub struct LanguageParameters {
    /// As of a list of products.
    locale: Option<Language>,
}

/// The query of a search that is being typed.
#[derive(JsonSchema)]
#[allow(dead_code)]
pub struct TypedParameters {
    /// What has been typed; without a word there is no suggestion.
    #[schemars(length(max = MAX_SOUGHT))]
    q: String,
    /// As of a list of products.
    locale: Option<Language>,
    /// The most suggestions.
    #[schemars(range(min = 1, max = MAX_SUGGESTIONS), extend("default" = USUAL_SUGGESTIONS))]
    limit: Option<u32>,
}

/// What a search may be about that is still being typed.
pub async fn list_suggestions(
    State(app): State<App>,
    request: ReadRequest<TypedParameters>,
) -> Result<ReadResponse<Suggestions>, Problem> {
    request.answer(&app, &read::answer, read::name).await
}

/// Products on sale. To whoever is in a customer group with a price list they are shown at their own prices; filters and
/// sorts go by everybody's, so that all have the same products in the same order. Such an answer is private.
pub async fn list_products(
    State(app): State<App>,
    request: ReadRequest<ListParameters>,
) -> Result<ReadResponse<ProductList<'static>>, Problem> {
    request.answer(&app, &read::answer, read::name).await
}

/// One product on sale, by its id or its slug; at their own prices to whoever is in a customer group with a price list, in an
/// answer that is private. A slug that it had before answers 301
/// with the address that it has now.
pub async fn get_product(
    State(app): State<App>,
    request: ReadRequest<DetailParameters>,
) -> Result<ReadResponse<ProductDetail<'static>>, Problem> {
    request.answer(&app, &read::answer, read::name).await
}

/// What goes with a product: what was bought together with it in the last year, and
/// after that what has most in common with it.
pub async fn list_related(
    State(app): State<App>,
    request: ReadRequest<RelatedParameters>,
) -> Result<ReadResponse<RelatedList<'static>>, Problem> {
    request.answer(&app, &read::answer, read::name).await
}

/// What goes with several products together: those in a cart, or those that somebody has looked at.
pub async fn suggest(
    State(app): State<App>,
    request: ReadRequest<SuggestionParameters>,
) -> Result<ReadResponse<RelatedList<'static>>, Problem> {
    request.answer(&app, &read::answer, read::name).await
}

/// All collections, each before those that are in it.
pub async fn list_collections(
    State(app): State<App>,
    request: ReadRequest<LanguageParameters>,
) -> Result<ReadResponse<CollectionList<'static>>, Problem> {
    request.answer(&app, &read::answer, read::name).await
}

/// One collection, by its id or its slug. A slug that it had before answers 301 with the address that it has now. Its
/// products are a list: `GET /v1/products?collection=`.
pub async fn get_collection(
    State(app): State<App>,
    request: ReadRequest<LanguageParameters>,
) -> Result<ReadResponse<CollectionDetail<'static>>, Problem> {
    request.answer(&app, &read::answer, read::name).await
}

/// The target of a read and its condition. `Q` documents the query.
pub struct ReadRequest<Q> {
    path: String,
    query: String,
    if_none_match: Option<String>,
    /// Who may have prices of their own.
    buyer: Option<SignedIn>,
    query_type: PhantomData<fn() -> Q>,
}

/// What answers a path and a query from the snapshot, such as [`read::answer`].
type Answerer<'a> = &'a (dyn Fn(&Snapshot, &str, &str) -> Option<Result<ReadAnswer, Problem>> + Sync);
/// What product a path is about, such as [`read::name`].
type Namer = fn(&str) -> Option<Name>;

impl<Q> ReadRequest<Q> {
    pub async fn answer<T>(self, app: &App, answer: Answerer<'_>, name: Namer) -> Result<ReadResponse<T>, Problem> {
        let from = |snapshot: &Snapshot| {
            answer(snapshot, &self.path, &self.query).unwrap_or_else(|| Err(Problem::not_found()))
        };
        let mut shelf = super::current(app).await?;
        let mut answer = match (from(&shelf), name(&self.path)) {
            (Err(problem), Some(name)) if problem.code == NOT_FOUND.name => {
                shelf = super::knowing(app, [name]).await?;
                ReadAnswer { cache_control: CACHE_CONTROL_BEYOND, ..from(&shelf)? }
            }
            (answer, _) => answer?,
        };
        if let Some(buyer) = self.buyer {
            answer = answer_to(app, buyer, &shelf, answer, from).await?;
        }
        Ok(ReadResponse { answer: answer.unless_matched(self.if_none_match.as_deref()), body_type: PhantomData })
    }
}

impl<Q> FromRequestParts<App> for ReadRequest<Q> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let lines: Vec<_> = parts
            .headers
            .get_all(header::IF_NONE_MATCH)
            .iter()
            .map(|value| String::from_utf8_lossy(value.as_bytes()))
            .collect();
        Ok(Self {
            path: parts.uri.path().to_owned(),
            query: parts.uri.query().unwrap_or("").to_owned(),
            if_none_match: (!lines.is_empty()).then(|| lines.join(",")),
            buyer: auth::with_prices(&parts.headers, app)?,
            query_type: PhantomData,
        })
    }
}

impl<Q: JsonSchema> OperationInput for ReadRequest<Q> {
    fn operation_input(ctx: &mut GenContext, operation: &mut Operation) {
        axum::extract::Query::<Q>::operation_input(ctx, operation);
        let description = "An ETag that the client has; 304 if it is still right, and any other text is as none.";
        header_parameter(ctx, operation, "If-None-Match", description, json_schema!({"type": "string"}));
    }
}

/// An answer whose bytes are written already, documented as JSON of `T`.
pub struct ReadResponse<T> {
    answer: ReadAnswer,
    body_type: PhantomData<fn() -> T>,
}

impl<T> IntoResponse for ReadResponse<T> {
    fn into_response(self) -> Response {
        let answer = self.answer;
        let mut response = (answer.status, answer.body).into_response();
        let mut set = |name: HeaderName, value: &str| match HeaderValue::from_str(value) {
            Ok(value) => response.headers_mut().insert(name, value),
            Err(_) => None,
        };
        set(header::CONTENT_TYPE, answer.content_type);
        set(header::ETAG, &answer.etag);
        set(header::CACHE_CONTROL, answer.cache_control);
        set(HeaderName::from_static("x-catalog-version"), &answer.catalog_version);
        if let Some(location) = &answer.location {
            set(header::LOCATION, location);
        }
        if !answer.vary.is_empty() {
            set(header::VARY, answer.vary);
        }
        response
    }
}

impl<T: JsonSchema> OperationOutput for ReadResponse<T> {
    type Inner = T;

    fn operation_response(ctx: &mut GenContext, operation: &mut Operation) -> Option<aide::openapi::Response> {
        axum::Json::<T>::operation_response(ctx, operation)
    }
    fn inferred_responses(
        ctx: &mut GenContext,
        operation: &mut Operation,
    ) -> Vec<(Option<u16>, aide::openapi::Response)> {
        axum::Json::<T>::inferred_responses(ctx, operation)
    }
}
