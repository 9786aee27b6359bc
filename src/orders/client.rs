//! The orders' client: how handlers and pages ask one order's object.

use std::marker::PhantomData;

use http::{HeaderName, HeaderValue, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::after::edits::bodies::Wish;
use super::after::edits::decision::Settling;
use super::after::goods;
use super::after::money::bodies::NewRefund;
use super::after::money::decision::Deed;
use super::after::money::view::{RefundPreview, StaffOrder};
use super::cart::Cart;
use super::cart_token::CartToken;
use super::decision::{Change, NewLine};
use super::drafts;
use super::error::OrderError;
use super::order::{Channel, Key, Receipt};
use super::papers::Papers;
use super::projection::Projection;
use super::protocol::{Access, Envelope, Purchase, Reply, Request};
use super::terms::Expected;
use super::view::OrderView;
use crate::app::App;
use crate::auth::Confirmed;
use crate::ids::{AccountId, OrderId};
use crate::json;
use crate::money::Currency;
use crate::payments::PaymentChoice;
use crate::payments::stripe::webhook::About;
use crate::ports::ObjectClass;
use crate::problem::Problem;
use crate::text::Language;
use crate::throttle::Slots;
use crate::wire::respond::JsonText;

/// One order, and who asks it.
pub struct OrderClient<'a> {
    app: &'a App,
    id: OrderId,
    access: Access,
    key: Option<Key>,
}

/// What an order answered: JSON text of a `T`, passed on as it is or read.
pub struct Answer<T> {
    status: StatusCode,
    replayed: bool,
    text: String,
    shape: PhantomData<fn() -> T>,
}

/// An answer, or why the order refuses; a [`Problem`] where it cannot be reached.
pub type Asked<T> = Result<Result<Answer<T>, OrderError>, Problem>;

impl<'a> OrderClient<'a> {
    pub fn new(app: &'a App, id: OrderId, access: Access) -> Self {
        Self { app, id, access, key: None }
    }

    /// A member of staff asks, once. The client is good for no longer.
    pub fn of_staff(app: &'a App, id: OrderId, confirmed: Confirmed) -> Self {
        Self::new(app, id, Access::of_staff(&confirmed))
    }

    /// The shop itself asks, or staff who only read.
    pub fn of_shop(app: &'a App, id: OrderId) -> Self {
        Self::new(app, id, Access::of_shop())
    }

    /// With the key that makes a repeat have the first answer.
    #[must_use]
    pub fn keyed(self, key: Option<Key>) -> Self {
        Self { key, ..self }
    }

    pub fn has_key(&self) -> bool {
        self.key.is_some()
    }

    /// Begins the cart, with its first lines.
    pub async fn create(
        &self,
        currency: Currency,
        account: Option<AccountId>,
        language: Language,
        channel: Channel,
        lines: Vec<NewLine>,
    ) -> Asked<Cart> {
        self.ask(Request::Create { id: self.id, currency, account, language, channel, lines }).await
    }

    /// What a member of staff does with a draft; `begun`: with one that is begun for it.
    pub async fn draft(&self, begun: Option<(Currency, Language)>, deed: drafts::Deed) -> Asked<Cart> {
        let begun = begun.map(|(currency, language)| (self.id, currency, language));
        self.ask(Request::Draft { begun, deed }).await
    }

    pub async fn cart(&self) -> Asked<Cart> {
        self.ask(Request::ReadCart).await
    }

    pub async fn change(&self, change: Change) -> Asked<Cart> {
        self.ask(Request::Change { change }).await
    }

    /// Begins an order and places it, or leaves nothing.
    pub async fn buy(&self, purchase: Purchase) -> Asked<OrderView> {
        self.ask(Request::Buy { id: self.id, purchase: Box::new(purchase) }).await
    }

    /// Places the order; `slots` are those that it takes until it is paid.
    pub async fn place(&self, payment: PaymentChoice, expected: Expected, slots: Vec<Slots>) -> Asked<OrderView> {
        self.ask(Request::Place { payment, expected, slots, received: None }).await
    }

    /// Places the order as a member of staff; `received`: where its money is found again, if it is there.
    pub async fn place_by_hand(
        &self,
        payment: PaymentChoice,
        expected: Expected,
        received: Option<String>,
    ) -> Asked<OrderView> {
        self.ask(Request::Place { payment, expected, slots: Vec::new(), received }).await
    }

    pub async fn order(&self) -> Asked<OrderView> {
        self.ask(Request::ReadOrder).await
    }

    /// The order as its documents need it.
    pub async fn papers(&self) -> Asked<Papers> {
        self.ask(Request::ReadPapers).await
    }

    /// Tries another payment; `slots` are those that it takes if the goods are
    /// to be held anew. `edit`: what is meant, see [`Order::is_meant`].
    ///
    /// [`Order::is_meant`]: super::order::Order::is_meant
    pub async fn pay(&self, payment: PaymentChoice, slots: Vec<Slots>, edit: Option<u32>) -> Asked<OrderView> {
        self.ask(Request::Pay { payment, slots, edit }).await
    }

    pub async fn cancel(&self) -> Asked<OrderView> {
        self.ask(Request::Cancel).await
    }

    /// Records money that staff have.
    pub async fn receive(&self, receipt: Receipt) -> Asked<OrderView> {
        self.ask(Request::Receive { receipt }).await
    }

    /// Has something done with the goods, or asks for it.
    pub async fn goods(&self, command: goods::Command) -> Asked<OrderView> {
        self.ask(Request::Goods { command }).await
    }

    /// All that staff see of the order.
    pub async fn for_staff(&self) -> Asked<StaffOrder> {
        self.ask(Request::Money { deed: None }).await
    }

    /// What staff do with its money.
    pub async fn do_as_staff(&self, deed: Deed) -> Asked<StaffOrder> {
        self.ask(Request::Money { deed: Some(deed) }).await
    }

    /// Has staff change the order.
    pub async fn edit(&self, wish: Wish) -> Asked<StaffOrder> {
        self.ask(Request::Edit { wish }).await
    }

    /// What staff do with an edit whose buyer was asked for money.
    pub async fn settle_edit(&self, number: u32, deed: Settling) -> Asked<StaffOrder> {
        self.ask(Request::SettleEdit { number, deed }).await
    }

    /// What giving back so much would come to.
    pub async fn preview_refund(&self, wanted: NewRefund) -> Asked<RefundPreview> {
        self.ask(Request::PreviewRefund { wanted }).await
    }

    /// Passes on what the buyer's bank answered.
    pub async fn authenticate(&self, approved: bool) -> Asked<OrderView> {
        self.ask(Request::Authenticate { approved }).await
    }

    /// Has the order ask the provider about an attempt, which it names so.
    pub async fn look_at_payment(&self, attempt: u32, reference: String, about: About) -> Asked<OrderView> {
        self.ask(Request::LookAtPayment { attempt, reference, about }).await
    }

    /// Has the order ask the provider what its buyer has done there.
    pub async fn look_again(&self) -> Asked<OrderView> {
        self.ask(Request::LookAgain).await
    }

    /// Has the lists and the buyer told once more.
    pub async fn republish(&self) -> Asked<OrderView> {
        self.ask(Request::Republish).await
    }

    /// What the lists should say of it.
    pub async fn projection(&self) -> Asked<Projection> {
        self.ask(Request::ReadProjection).await
    }

    async fn ask<T>(&self, request: Request) -> Asked<T> {
        let envelope = Envelope { access: self.access, key: self.key.clone(), request };
        let envelope = json::text(&envelope);
        let reply = self.app.objects.command(ObjectClass::Order, &self.id.to_string(), envelope).await?;
        Ok(match json::read(reply.as_bytes()).map_err(|error| Problem::internal(error.to_string()))? {
            Reply::Done { status, replayed, body } => Ok(Answer {
                status: StatusCode::from_u16(status).unwrap_or(StatusCode::OK),
                replayed,
                text: Box::<str>::from(body).into(),
                shape: PhantomData,
            }),
            Reply::Refused(error) => Err(error),
        })
    }
}

impl<T> Answer<T> {
    /// Whether this is the first answer to the same request.
    pub fn is_replayed(&self) -> bool {
        self.replayed
    }
}

impl<T: DeserializeOwned> Answer<T> {
    pub fn read(&self) -> Result<T, Problem> {
        json::read(self.text.as_bytes()).map_err(|error| Problem::internal(error.to_string()))
    }
}

impl<T> Answer<T> {
    /// The same answer with the secret that gives access to what it is about.
    #[must_use]
    pub fn with_token(self, token: &CartToken) -> Self {
        let members = self.text.strip_prefix('{').unwrap_or_default();
        Self { text: format!(r#"{{"token":"{}",{members}"#, token.as_str()), ..self }
    }

    /// The same answer to whoever has made what it is about.
    #[must_use]
    pub fn as_made(self) -> Self {
        Self { status: StatusCode::CREATED, ..self }
    }

    /// The same answer, as it looks from outside.
    pub fn shown_as<V: Serialize>(self, view: &V) -> Result<Answer<V>, Problem> {
        let text = json::text(view);
        Ok(Answer { status: self.status, replayed: self.replayed, text, shape: PhantomData })
    }
}

impl<T, const STATUS: u16> From<Answer<T>> for JsonText<T, STATUS> {
    fn from(answer: Answer<T>) -> Self {
        let json = Self::new(answer.status, answer.text);
        if answer.replayed {
            json.with_header(HeaderName::from_static("idempotent-replayed"), HeaderValue::from_static("true"))
        } else {
            json
        }
    }
}
