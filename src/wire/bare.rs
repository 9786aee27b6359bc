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
use futures_util::FutureExt;
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
/// brings the way through all that it takes; here, one way asks for one place
/// after the other.
pub trait Answers<T>: Clone + Send + Sync + 'static {
    fn answer(self, request: Request, app: App) -> Pending<'static, Response>;
}

/// Boxed, as an answer is large, and each place would have it copied.
type Refusal = Box<Response>;

#[inline(never)]
fn refusal(rejection: impl IntoResponse) -> Refusal {
    Box::new(rejection.into_response())
}

/// The place of what is taken without the body. Filling it is there once for each type.
trait Place: Send {
    fn fill<'a>(&'a mut self, parts: &'a mut Parts, app: &'a App) -> Pending<'a, Result<(), Refusal>>;
}

impl<T: FromRequestParts<App> + Send> Place for Option<T> {
    fn fill<'a>(&'a mut self, parts: &'a mut Parts, app: &'a App) -> Pending<'a, Result<(), Refusal>> {
        Box::pin(async move {
            *self = Some(T::from_request_parts(parts, app).await.map_err(refusal)?);
            Ok(())
        })
    }
}

/// The place of what is taken last, for which the body is left.
trait LastPlace: Send {
    fn fill<'a>(&'a mut self, request: Request, app: &'a App) -> Pending<'a, Result<(), Refusal>>;
}

/// `Via` is how axum tells what needs the body from what does not.
struct Last<T, Via>(Option<T>, PhantomData<fn() -> Via>);

impl<T: FromRequest<App, Via> + Send, Via: 'static> LastPlace for Last<T, Via> {
    fn fill<'a>(&'a mut self, request: Request, app: &'a App) -> Pending<'a, Result<(), Refusal>> {
        Box::pin(async move {
            self.0 = Some(T::from_request(request, app).await.map_err(refusal)?);
            Ok(())
        })
    }
}

/// A handler and the places of all that it takes.
trait Call: Send {
    fn before(&mut self) -> Vec<&mut dyn Place>;
    fn last(&mut self) -> &mut dyn LastPlace;
    /// Its answer, if all places are filled.
    fn go(self: Box<Self>) -> Option<Pending<'static, Response>>;
}

struct Asked<Function, Before, End, Via> {
    handler: Function,
    before: Before,
    last: Last<End, Via>,
}

/// Fills one place after the other, up to the first refusal, and has the handler
/// answer.
async fn answered(mut call: Box<dyn Call>, request: Request, app: App) -> Result<Response, Refusal> {
    let (mut parts, body) = request.into_parts();
    for place in call.before() {
        place.fill(&mut parts, &app).await?;
    }
    call.last().fill(Request::from_parts(parts, body), &app).await?;
    let unfilled = || refusal(Problem::internal("something was taken from a request and is not there"));
    Ok(call.go().ok_or_else(unfilled)?.await)
}

fn pending(call: Box<dyn Call>, request: Request, app: App) -> Pending<'static, Response> {
    Box::pin(async move { answered(call, request, app).await.unwrap_or_else(|refusal| *refusal) })
}

macro_rules! answers {
    ($($($before:ident)*;)*) => {
        $(#[allow(non_snake_case)]
        impl<Function, Answer, End, Via, $($before,)*> Call for Asked<Function, ($(Option<$before>,)*), End, Via>
        where
            Function: FnOnce($($before,)* End) -> Answer + Send,
            Answer: Future<Output: IntoResponse> + Send + 'static,
            End: FromRequest<App, Via> + Send,
            Via: 'static,
            $($before: FromRequestParts<App> + Send,)*
        {
            fn before(&mut self) -> Vec<&mut dyn Place> {
                let ($($before,)*) = &mut self.before;
                vec![$($before),*]
            }

            fn last(&mut self) -> &mut dyn LastPlace {
                &mut self.last
            }

            fn go(self: Box<Self>) -> Option<Pending<'static, Response>> {
                let Self { handler, before: ($(Some($before),)*), last: Last(Some(last), _) } = *self else {
                    return None;
                };
                Some(Box::pin(handler($($before,)* last).map(IntoResponse::into_response)))
            }
        }

        impl<Function, Answer, End, Via, $($before,)*> Answers<(Via, $($before,)* End)> for Function
        where
            Function: FnOnce($($before,)* End) -> Answer + Clone + Send + Sync + 'static,
            Answer: Future<Output: IntoResponse> + Send + 'static,
            End: FromRequest<App, Via> + Send + 'static,
            Via: 'static,
            $($before: FromRequestParts<App> + Send + 'static,)*
        {
            fn answer(self, request: Request, app: App) -> Pending<'static, Response> {
                let before = ($(None::<$before>,)*);
                let last = Last::<End, Via>(None, PhantomData);
                pending(Box::new(Asked { handler: self, before, last }), request, app)
            }
        })*
    };
}

answers! { ; A; A B; A B C; A B C D; A B C D E; A B C D E F; }

impl<Function, Answer> Answers<()> for Function
where
    Function: FnOnce() -> Answer + Clone + Send + Sync + 'static,
    Answer: Future<Output: IntoResponse> + Send + 'static,
{
    fn answer(self, _: Request, _: App) -> Pending<'static, Response> {
        Box::pin(self().map(IntoResponse::into_response))
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
