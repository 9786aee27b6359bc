//! Uploads over HTTP: staff send pictures, everybody looks at them.

use aide::OperationInput;
use aide::generate::GenContext;
use aide::openapi::{MediaType, Operation, ReferenceOr, RequestBody, SchemaObject};
use axum::body::Body;
use axum::extract::{FromRequest, Request, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use http_body_util::BodyExt;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::error::refusal;
use super::name::Name;
use super::picture::{HEAD, KINDS, Kind, MAX_BYTES, Picture};
use super::store::{self, Coming, Known};
use crate::app::App;
use crate::auth::StaffWrite;
use crate::idempotency::Answer;
use crate::ports::{Content, Received};
use crate::problem::Problem;
use crate::wire::conditional::none_match_holds;
use crate::wire::extract::{BODY_TOO_LARGE, Path, Query, UNSUPPORTED_MEDIA_TYPE};
use crate::wire::respond::JsonText;

const CREATED: u16 = 201;

/// A picture's bytes, not read yet.
pub struct Bytes(Content);

impl<S: Send + Sync> FromRequest<S> for Bytes {
    type Rejection = Problem;

    async fn from_request(mut request: Request, _: &S) -> Result<Self, Problem> {
        let said = request.headers().get(header::CONTENT_TYPE).map_or(&b"image/"[..], HeaderValue::as_bytes);
        if !said.starts_with(b"image/") && said != b"application/octet-stream" {
            let detail = "send the picture's bytes as the body, with a type such as content-type: image/jpeg";
            return Err(Problem::new(UNSUPPORTED_MEDIA_TYPE, detail));
        }
        if let Some(content) = request.extensions_mut().remove::<Content>() {
            return Ok(Self(content));
        }
        let body = request.into_body().collect().await.map_err(|_| Problem::unparsable("the body broke off"))?;
        Ok(Self(Content::Here(body.to_bytes())))
    }
}

impl Bytes {
    async fn receive(self, app: &App) -> Result<Received, Problem> {
        let received = app.media.receive(self.0, MAX_BYTES, HEAD).await?;
        received.ok_or_else(|| {
            Problem::new(BODY_TOO_LARGE, "a picture may have at most 10 MB; save it smaller, or with less quality")
        })
    }
}

impl OperationInput for Bytes {
    fn operation_input(_: &mut GenContext, operation: &mut Operation) {
        let media = |kind: &Kind| {
            let json_schema = schemars::json_schema!({"type": "string", "format": "binary", "maxLength": MAX_BYTES});
            let schema = Some(SchemaObject { json_schema, external_docs: None, example: None });
            (kind.media_type.to_owned(), MediaType { schema, ..Default::default() })
        };
        let content = KINDS.iter().map(media).collect();
        operation.request_body = Some(ReferenceOr::Item(RequestBody { content, required: true, ..Default::default() }));
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UploadQuery {
    /// The id of the upload of which this is a smaller one, for narrower screens.
    larger: Option<Name>,
}

/// A picture that is kept.
#[derive(Serialize, JsonSchema)]
pub struct Upload {
    pub id: Name,
    /// A path of the shop's.
    pub url: String,
    /// In pixels, as it is shown.
    pub width: u32,
    pub height: u32,
    pub content_type: &'static str,
    pub bytes: u32,
}

/// Uploads a picture: a JPEG, PNG, WebP, GIF or AVIF of at most 10 MB, at most 16,384 pixels a side and 50 million
/// together. What it is, its bytes say. A product shows it once it is among its `images`, a collection once it is its
/// `image`; what neither shows for a week is taken away. The same picture sent again is the same upload. It is kept as it is, with all that a camera wrote
/// into it, such as where it was taken. With `larger`, it is a smaller one of another upload, of the same shape, at most
/// eight of one: browsers take the one that fits. Its `srcset` has those that were there when a product's `images`, or a
/// collection's `image`, were sent; a picture without smaller ones is sent to every screen as it is.
pub async fn create_upload(
    State(app): State<App>,
    staff: StaffWrite,
    Query(query): Query<UploadQuery>,
    body: Bytes,
) -> Result<JsonText<Upload, CREATED>, Problem> {
    let received = body.receive(&app).await?;
    let picture = Picture::of(&received.head)?;
    let larger = query.larger;
    if let Some(larger) = &larger {
        let rows = app.database.run(store::known(std::slice::from_ref(larger))).await?;
        fits(&picture, rows.first()?)?;
    }
    let name = Name::new(&received.digest, larger.as_ref(), picture.kind);
    let Picture { width, height, .. } = picture;
    let coming = Coming { name: &name, width, height, bytes: received.length, larger: larger.as_ref() };
    let content_type = name.media_type();
    let view = Upload { url: name.address(), id: name.clone(), width, height, content_type, bytes: received.length };
    let change = store::begin(&coming, app.clock.now());
    let answer = Answer::new(StatusCode::CREATED, &view)?;
    let (response, rows) = staff.commit(&app, None, change, answer, &refusal).await?;
    if !store::is_kept(&rows)? {
        app.media.put(name.as_str(), received.content).await?;
        app.database.run(store::keep(&name)).await?;
    }
    Ok(response.into())
}

/// Whether one is the other made smaller: both sides by as much, to the pixel.
fn fits(picture: &Picture, larger: Option<Known>) -> Result<(), Problem> {
    let refused = |detail| Err(Problem::invalid_field("larger", detail));
    let Some(larger) = larger else { return refused("not an upload that is there, or itself a smaller one") };
    let (height, other) = (picture.height.saturating_mul(larger.width), larger.height.saturating_mul(picture.width));
    if picture.width >= larger.width {
        refused("is not wider than this one")
    } else if height.abs_diff(other) > larger.width {
        refused("has another shape than this one")
    } else {
        Ok(())
    }
}

/// Sends a picture to whoever looks. What is under a name never changes.
pub async fn get_media(
    State(app): State<App>,
    Path(name): Path<Name>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let etag = format!("\"{}\"", name.as_str());
    let known = headers.get(header::IF_NONE_MATCH).and_then(|tags| tags.to_str().ok());
    // Whoever has it has all of it: it need not be looked for.
    let mut response = if known.is_some_and(|tags| none_match_holds(tags, &etag)) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        sent(app.media.get(name.as_str()).await?.ok_or_else(Problem::not_found)?)
    };
    let always = HeaderValue::from_static("public, max-age=31536000, immutable");
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(name.media_type()));
    headers.insert(header::CACHE_CONTROL, always);
    if let Ok(etag) = HeaderValue::from_str(&etag) {
        headers.insert(header::ETAG, etag);
    }
    Ok(response)
}

/// What is with the platform is left to the door.
fn sent(content: Content) -> Response {
    match content {
        Content::Here(bytes) => Response::new(Body::from(bytes)),
        there => {
            let mut response = Response::new(Body::empty());
            response.extensions_mut().insert(there);
            response
        }
    }
}
