//! The routes as the Worker has them, with what the router asks of
//! [`aide::axum::ApiRouter`]: without their description, and with handlers of
//! one type. Each type of handler would bring axum's way to it once more.

use std::pin::Pin;
use std::sync::Arc;

use axum::Router;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::handler::Handler;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, MethodRouter};
use http::request::Parts;

use crate::app::App;
use crate::problem::Problem;

type Pending<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Any handler.
#[derive(Clone)]
struct Erased(Arc<dyn Fn(Request, App) -> Pending<'static, Response> + Send + Sync>);

impl Erased {
    fn new<T>(handler: impl Answers<T>) -> Self {
        Self(Arc::new(move |request, app| handler.clone().answer(request, app)))
    }
}

impl Handler<(), App> for Erased {
    type Future = Pending<'static, Response>;

    fn call(self, request: Request, app: App) -> Self::Future {
        (self.0)(request, app)
    }
}

/// A function of what is taken from a request, as axum has them. There, each
/// brings the reading of all that it takes; here, those that take the same
/// before the last one share it.
pub trait Answers<T>: Clone + Send + Sync + 'static {
    fn answer(self, request: Request, app: App) -> Pending<'static, Response>;
}

/// What does not need the body, one type after the other.
trait Taken: Sized {
    fn taken<'a>(parts: &'a mut Parts, app: &'a App) -> Pending<'a, Result<Self, Response>>;
}

/// The place of one thing that is taken. axum's own way is there once for each
/// set of types that handlers take; this one is there for each type.
trait Place: Send {
    fn fill<'a>(&'a mut self, parts: &'a mut Parts, app: &'a App) -> Pending<'a, Result<(), Response>>;
}

impl<T: FromRequestParts<App> + Send> Place for Option<T> {
    fn fill<'a>(&'a mut self, parts: &'a mut Parts, app: &'a App) -> Pending<'a, Result<(), Response>> {
        Box::pin(async move {
            *self = Some(T::from_request_parts(parts, app).await.map_err(IntoResponse::into_response)?);
            Ok(())
        })
    }
}

/// Fills one place after the other, up to the first refusal.
async fn fill(places: &mut [&mut dyn Place], parts: &mut Parts, app: &App) -> Result<(), Response> {
    for place in places {
        place.fill(parts, app).await?;
    }
    Ok(())
}

fn unfilled() -> Response {
    Problem::internal("something was taken from a request and is not there").into_response()
}

macro_rules! answers {
    ($($($before:ident)+;)*) => {
        $(#[allow(non_snake_case)]
        impl<$($before: FromRequestParts<App> + Send + 'static,)+> Taken for ($($before,)+) {
            fn taken<'a>(parts: &'a mut Parts, app: &'a App) -> Pending<'a, Result<Self, Response>> {
                Box::pin(async move {
                    $(let mut $before: Option<$before> = None;)+
                    fill(&mut [$(&mut $before),+], parts, app).await?;
                    let ($(Some($before),)+) = ($($before,)+) else { return Err(unfilled()) };
                    Ok(($($before,)+))
                })
            }
        }

        #[allow(non_snake_case)]
        impl<Function, Answer, Last, Via, $($before,)+> Answers<(Via, $($before,)+ Last)> for Function
        where
            Function: FnOnce($($before,)+ Last) -> Answer + Clone + Send + Sync + 'static,
            Answer: Future<Output: IntoResponse> + Send,
            Last: FromRequest<App, Via> + Send,
            $($before: FromRequestParts<App> + Send + 'static,)+
        {
            fn answer(self, request: Request, app: App) -> Pending<'static, Response> {
                Box::pin(async move {
                    let (mut parts, body) = request.into_parts();
                    let ($($before,)+) = match Taken::taken(&mut parts, &app).await {
                        Ok(taken) => taken,
                        Err(refusal) => return refusal,
                    };
                    let last = match Last::from_request(Request::from_parts(parts, body), &app).await {
                        Ok(last) => last,
                        Err(refusal) => return refusal.into_response(),
                    };
                    self($($before,)+ last).await.into_response()
                })
            }
        })*
    };
}

answers! { A; A B; A B C; A B C D; A B C D E; A B C D E F; }

impl<Function, Answer, Last, Via> Answers<(Via, Last)> for Function
where
    Function: FnOnce(Last) -> Answer + Clone + Send + Sync + 'static,
    Answer: Future<Output: IntoResponse> + Send,
    Last: FromRequest<App, Via> + Send,
{
    fn answer(self, request: Request, app: App) -> Pending<'static, Response> {
        Box::pin(async move {
            let last = match Last::from_request(request, &app).await {
                Ok(last) => last,
                Err(refusal) => return refusal.into_response(),
            };
            self(last).await.into_response()
        })
    }
}

impl<Function, Answer> Answers<()> for Function
where
    Function: FnOnce() -> Answer + Clone + Send + Sync + 'static,
    Answer: Future<Output: IntoResponse> + Send,
{
    fn answer(self, _: Request, _: App) -> Pending<'static, Response> {
        Box::pin(async move { self().await.into_response() })
    }
}

#[derive(Default)]
pub struct Routes(Router<App>);

impl Routes {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn api_route(self, path: &str, methods: Methods) -> Self {
        self.route(path, methods)
    }

    pub fn route(self, path: &str, methods: Methods) -> Self {
        Self(self.0.route(path, methods.0))
    }
}

/// The routes as axum has them.
pub fn plain(routes: Routes) -> Router<App> {
    routes.0
}

/// The methods of one path.
#[derive(Default)]
pub struct Methods(MethodRouter<App>);

macro_rules! methods {
    ($($name:ident = $method:ident)*) => {
        impl Methods {
            $(pub fn $name<T>(self, handler: impl Answers<T>) -> Self {
                Self(self.0.on(MethodFilter::$method, Erased::new(handler)))
            })*
        }

        $(pub fn $name<T>(handler: impl Answers<T>) -> Methods {
            Methods::default().$name(handler)
        })*
    };
}

methods! { get = GET post = POST put = PUT patch = PATCH delete = DELETE }
