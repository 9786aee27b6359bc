//! Which orders are listed, and in which order: what the query says, parsed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::sought::Sought;
use super::tags::Tag;
use crate::address::Country;
use crate::app::App;
use crate::ids::OrderId;
use crate::money::{Currency, MAX_AMOUNT};
use crate::orders::after::edits::view::OpenEdit;
use crate::orders::after::goods::view::{Fulfilled, OpenReturn};
use crate::orders::view::{PaymentStatus, Status};
use crate::ports::{Moment, TimeZone, Timestamp, Value};
use crate::problem::{FieldError, Problem};
use crate::settings;
use crate::wire::page::{self, CursorParameter};

/// The longest text that is looked for, in characters: no address is longer.
pub const MAX_SOUGHT: usize = 255;

/// The name of these lists in their cursors.
const LIST: &str = "orders";

/// Which orders, and how many of them at once.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OrderFilter {
    #[serde(default)]
    status: Option<Status>,
    #[serde(default)]
    payment_status: Option<PaymentStatus>,
    #[serde(default)]
    fulfilment_status: Option<Fulfilled>,
    /// What a return of it waits for.
    #[serde(default)]
    return_status: Option<OpenReturn>,
    /// What a change of it waits for.
    #[serde(default)]
    edit_status: Option<OpenEdit>,
    /// Part of an order's number, its buyer's mail address, name or telephone number, or of an SKU, in small or
    /// capital letters, with or without accents; or an order's id. Of a telephone number the digits count.
    #[serde(default)]
    #[schemars(length(max = MAX_SOUGHT))]
    q: Option<String>,
    /// Placed at this time or later, or from this day of the shop's on.
    #[serde(default)]
    from: Option<Moment>,
    /// Placed before this time, or on this day of the shop's at the latest.
    #[serde(default)]
    to: Option<Moment>,
    #[serde(default)]
    currency: Option<Currency>,
    /// In minor units of the `currency`, which must be given.
    #[schemars(range(max = MAX_AMOUNT))]
    total_min: Option<u64>,
    /// In minor units of the `currency`, which must be given.
    #[schemars(range(max = MAX_AMOUNT))]
    total_max: Option<u64>,
    /// Where it goes; of what is not sent, where its buyer lives.
    #[serde(default)]
    country: Option<Country>,
    /// One of its tags.
    #[serde(default)]
    tag: Option<Tag>,
    /// By the total only together with a `currency`.
    #[schemars(with = "Sort", extend("default" = "newest"))]
    sort: Option<Sort>,
    /// The most orders of one page, 24 if absent; of a file, 10,000 if absent.
    #[schemars(with = "Option<u8>", range(min = 1, max = page::MAX_LIMIT))]
    limit: Option<String>,
    /// The `next_cursor` of the page before; of a file, the cursor in its `Link`.
    #[schemars(with = "Option<CursorParameter>")]
    cursor: Option<String>,
}

impl OrderFilter {
    /// How many at once; `otherwise`, if that is not said.
    pub fn limit(&self, otherwise: usize) -> Result<usize, Problem> {
        self.limit.as_deref().map_or(Ok(otherwise), |limit| page::limit(Some(limit)))
    }

    /// The filter, or all that is wrong with it. Days are those of the shop's zone.
    pub async fn parse(&self, app: &App) -> Result<Filter, Problem> {
        self.in_zone(&zone_of(app, &[self.from, self.to]).await?)
    }

    fn in_zone(&self, zone: &TimeZone) -> Result<Filter, Problem> {
        let sort = self.sort.unwrap_or_default();
        let mut errors = Vec::new();
        if self.q.as_ref().is_some_and(|q| q.chars().count() > MAX_SOUGHT) {
            errors.push(FieldError::new("q", format!("must have at most {MAX_SOUGHT} characters")));
        }
        let amounts = [("total_min", self.total_min), ("total_max", self.total_max)];
        let by_total = amounts.iter().any(|(_, amount)| amount.is_some()) || sort.is_by_total();
        if by_total && self.currency.is_none() {
            errors.push(FieldError::new("currency", "say which, as amounts of several do not compare"));
        }
        let mut amount = |(name, amount): (&str, Option<u64>)| {
            let amount = amount.map(|amount| i64::try_from(amount).unwrap_or(i64::MAX));
            if amount.is_some_and(|amount| amount > MAX_AMOUNT) {
                errors.push(FieldError::new(name, "must be at most 9007199254740991"));
            }
            amount
        };
        let [total_min, total_max] = amounts.map(&mut amount);
        if !errors.is_empty() {
            return Err(Problem::invalid(errors));
        }
        Ok(Filter {
            status: self.status,
            payment_status: self.payment_status,
            fulfilment_status: self.fulfilment_status,
            return_status: self.return_status,
            edit_status: self.edit_status,
            from: self.from.map(|moment| begins(moment, zone, 0)),
            to: self.to.map(|moment| begins(moment, zone, 1)),
            currency: self.currency,
            country: self.country,
            total_min,
            total_max,
            tag: self.tag.clone(),
            sought: self.q.as_deref().map(Sought::of).unwrap_or_default(),
            sort,
            after: self.cursor.as_deref().map(|text| After::open(text, sort)).transpose()?,
        })
    }
}

/// Which zone the days are of that these may be; it is asked for only where there are any.
pub async fn zone_of(app: &App, moments: &[Option<Moment>]) -> Result<TimeZone, Problem> {
    let has_days = moments.iter().any(|moment| matches!(moment, Some(Moment::Day(_))));
    if has_days { Ok(settings::read_zone(app).await?) } else { Ok(TimeZone::default()) }
}

/// A time as it is; of a day the beginning, so many days later.
pub fn begins(moment: Moment, zone: &TimeZone, later: i32) -> Timestamp {
    match moment {
        Moment::Time(at) => at,
        Moment::Day(day) => zone.begins(day.plus(later)),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "OrderSort")]
pub enum Sort {
    #[default]
    Newest,
    Oldest,
    TotalDesc,
    TotalAsc,
}

impl Sort {
    pub fn is_by_total(self) -> bool {
        matches!(self, Self::TotalDesc | Self::TotalAsc)
    }

    fn name(self) -> &'static str {
        match self {
            Self::Newest => "newest",
            Self::Oldest => "oldest",
            Self::TotalDesc => "total_desc",
            Self::TotalAsc => "total_asc",
        }
    }
}

/// Where a page begins: behind this order. Its time in milliseconds or its total,
/// as the list is sorted, and its id.
#[derive(Debug, Clone, PartialEq)]
pub struct After {
    pub key: i64,
    pub id: Option<OrderId>,
}

impl After {
    /// Before the first order of a list.
    fn nothing(sort: Sort) -> Self {
        match sort {
            Sort::Newest | Sort::TotalDesc => Self { key: MAX_AMOUNT, id: None },
            Sort::Oldest | Sort::TotalAsc => Self { key: -MAX_AMOUNT, id: None },
        }
    }

    pub fn open(text: &str, sort: Sort) -> Result<Self, Problem> {
        let read = || {
            let payload = page::open(text, LIST, sort.name())?;
            let (key, id) = payload.split_once('\n')?;
            Some(Self { key: key.parse().ok()?, id: Some(id.parse().ok()?) })
        };
        read().ok_or_else(page::unknown_cursor)
    }

    pub fn seal(key: i64, id: OrderId, sort: Sort) -> String {
        page::seal(LIST, sort.name(), &[&key.to_string(), &id.to_string()])
    }
}

/// What an order must be to be listed; whatever is absent does not matter.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Filter {
    pub status: Option<Status>,
    pub payment_status: Option<PaymentStatus>,
    pub fulfilment_status: Option<Fulfilled>,
    pub return_status: Option<OpenReturn>,
    pub edit_status: Option<OpenEdit>,
    pub from: Option<Timestamp>,
    pub to: Option<Timestamp>,
    pub currency: Option<Currency>,
    pub country: Option<Country>,
    /// In minor units of the currency.
    pub total_min: Option<i64>,
    pub total_max: Option<i64>,
    pub tag: Option<Tag>,
    pub sought: Sought,
    pub sort: Sort,
    pub after: Option<After>,
}

/// An enum's name on the wire, as a bound value.
fn word(value: Option<impl Serialize>) -> Value {
    value.and_then(|value| json!(value).as_str().map(str::to_owned)).into()
}

impl Filter {
    /// The parameters 1 to 17 of [`super::store`].
    pub fn params(&self) -> Vec<Value> {
        let [typed, address, phone] = self.sought.parts.clone();
        vec![
            word(self.status),
            word(self.payment_status),
            self.from.map_or(-MAX_AMOUNT, Timestamp::millis).into(),
            self.to.map_or(MAX_AMOUNT, Timestamp::millis).into(),
            word(self.currency),
            word(self.country),
            self.total_min.into(),
            self.total_max.into(),
            self.tag.as_ref().map(Tag::as_str).into(),
            self.sought.id.map(|id| id.to_string()).into(),
            self.sought.expression().into(),
            typed.into(),
            address.into(),
            phone.into(),
            word(self.fulfilment_status),
            word(self.return_status),
            word(self.edit_status),
        ]
    }

    /// Where the page begins: the parameters 18 and 19.
    pub fn place(&self) -> [Value; 2] {
        let After { key, id } = self.after.clone().unwrap_or_else(|| After::nothing(self.sort));
        // Of equal keys the lowest id is the last where the newest come first: none comes behind an empty one.
        [key.into(), id.map_or_else(String::new, |id| id.to_string()).into()]
    }
}
