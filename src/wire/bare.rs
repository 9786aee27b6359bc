//! The routes as the Worker has them, with what the router asks of
//! [`aide::axum::ApiRouter`]: without their description, and with handlers of
//! one type. Each type of handler would bring axum's way to it once more.

use std::marker::PhantomData;
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
/// before the last one share it, and likewise the last one.
pub trait Answers<T>: Clone + Send + Sync + 'static {
    fn answer(self, request: Request, app: App) -> Pending<'static, Response>;
}

/// The place of what is taken without the body. axum's own way is there once for
/// each set of types that handlers take; this one is there for each type.
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

/// All that is taken before the last, one type after the other.
struct Before<T>(Option<T>);

/// Fills one place after the other, up to the first refusal.
async fn fill(places: &mut [&mut dyn Place], parts: &mut Parts, app: &App) -> Result<(), Response> {
    for place in places {
        place.fill(parts, app).await?;
    }
    Ok(())
}

/// The place of what is taken last, for which the body is left.
trait LastPlace: Send {
    fn fill<'a>(&'a mut self, request: Request, app: &'a App) -> Pending<'a, Result<(), Response>>;
}

/// `Via` is how axum tells what needs the body from what does not.
struct Last<'t, T, Via>(&'t mut Option<T>, PhantomData<fn() -> Via>);

impl<T: FromRequest<App, Via> + Send, Via: 'static> LastPlace for Last<'_, T, Via> {
    fn fill<'a>(&'a mut self, request: Request, app: &'a App) -> Pending<'a, Result<(), Response>> {
        Box::pin(async move {
            *self.0 = Some(T::from_request(request, app).await.map_err(IntoResponse::into_response)?);
            Ok(())
        })
    }
}

async fn take(before: &mut dyn Place, last: &mut dyn LastPlace, request: Request, app: &App) -> Result<(), Response> {
    let (mut parts, body) = request.into_parts();
    before.fill(&mut parts, app).await?;
    last.fill(Request::from_parts(parts, body), app).await
}

fn unfilled() -> Response {
    Problem::internal("something was taken from a request and is not there").into_response()
}

macro_rules! answers {
    ($($($before:ident)+;)*) => {
        $(#[allow(non_snake_case)]
        impl<$($before: FromRequestParts<App> + Send + 'static,)+> Place for Before<($($before,)+)> {
            fn fill<'a>(&'a mut self, parts: &'a mut Parts, app: &'a App) -> Pending<'a, Result<(), Response>> {
                Box::pin(async move {
                    $(let mut $before: Option<$before> = None;)+
                    fill(&mut [$(&mut $before),+], parts, app).await?;
                    let ($(Some($before),)+) = ($($before,)+) else { return Err(unfilled()) };
                    self.0 = Some(($($before,)+));
                    Ok(())
                })
            }
        }

        #[allow(non_snake_case)]
        impl<Function, Answer, End, Via, $($before,)+> Answers<(Via, $($before,)+ End)> for Function
        where
            Function: FnOnce($($before,)+ End) -> Answer + Clone + Send + Sync + 'static,
            Answer: Future<Output: IntoResponse> + Send,
            End: FromRequest<App, Via> + Send,
            Via: 'static,
            $($before: FromRequestParts<App> + Send + 'static,)+
        {
            fn answer(self, request: Request, app: App) -> Pending<'static, Response> {
                Box::pin(async move {
                    let (mut before, mut last) = (Before::<($($before,)+)>(None), None);
                    let end = &mut Last::<End, Via>(&mut last, PhantomData);
                    if let Err(refusal) = take(&mut before, end, request, &app).await {
                        return refusal;
                    }
                    let (Some(($($before,)+)), Some(last)) = (before.0, last) else { return unfilled() };
                    self($($before,)+ last).await.into_response()
                })
            }
        })*
    };
}

answers! { A; A B; A B C; A B C D; A B C D E; A B C D E F; }

impl<Function, Answer, End, Via> Answers<(Via, End)> for Function
where
    Function: FnOnce(End) -> Answer + Clone + Send + Sync + 'static,
    Answer: Future<Output: IntoResponse> + Send,
    End: FromRequest<App, Via> + Send,
    Via: 'static,
{
    fn answer(self, request: Request, app: App) -> Pending<'static, Response> {
        Box::pin(async move {
            let mut last = None;
            if let Err(refusal) = Last::<End, Via>(&mut last, PhantomData).fill(request, &app).await {
                return refusal;
            }
            let Some(last) = last else { return unfilled() };
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

impl Methods {
    /// What each handler would bring again if it were done beside its type.
    fn on(self, method: MethodFilter, handler: Erased) -> Self {
        Self(self.0.on(method, handler))
    }
}

macro_rules! methods {
    ($($name:ident = $method:ident)*) => {
        impl Methods {
            $(pub fn $name<T>(self, handler: impl Answers<T>) -> Self {
                self.on(MethodFilter::$method, Erased::new(handler))
            })*
        }

        $(pub fn $name<T>(handler: impl Answers<T>) -> Methods {
            Methods::default().on(MethodFilter::$method, Erased::new(handler))
        })*
    };
}

methods! { get = GET post = POST put = PUT patch = PATCH delete = DELETE }
