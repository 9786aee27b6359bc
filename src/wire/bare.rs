//! The routes as the Worker has them, with what the router asks of
//! [`aide::axum::ApiRouter`]: without their description, and with handlers of
//! one type. Each type of handler would bring axum's way to it once more.

use std::pin::Pin;
use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::handler::Handler;
use axum::response::Response;
use axum::routing::{MethodFilter, MethodRouter};

use crate::app::App;

type Answer = Pin<Box<dyn Future<Output = Response> + Send>>;

/// Any handler.
#[derive(Clone)]
struct Erased(Arc<dyn Fn(Request, App) -> Answer + Send + Sync>);

impl Erased {
    fn new<T: 'static>(handler: impl Handler<T, App, Future = Answer> + Sync) -> Self {
        Self(Arc::new(move |request, app| handler.clone().call(request, app)))
    }
}

impl Handler<(), App> for Erased {
    type Future = Answer;

    fn call(self, request: Request, app: App) -> Answer {
        (self.0)(request, app)
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
            $(pub fn $name<T: 'static>(self, handler: impl Handler<T, App, Future = Answer> + Sync) -> Self {
                Self(self.0.on(MethodFilter::$method, Erased::new(handler)))
            })*
        }

        $(pub fn $name<T: 'static>(handler: impl Handler<T, App, Future = Answer> + Sync) -> Methods {
            Methods::default().$name(handler)
        })*
    };
}

methods! { get = GET post = POST put = PUT patch = PATCH delete = DELETE }
