//! What a page is: data. It names what it asks of the API and which parts of
//! the answer it shows where; its forms name the route that each is sent to.
//! Pointers are JSON Pointers (RFC 6901) into the answer, or into the body that
//! a form becomes. `{number}` in a text stands for what the answer has there.

/// A page of the console.
pub struct Page {
    /// Below `/admin`. `{id}` takes whatever stands there, which the page then
    /// has as `_at/id`.
    pub path: &'static str,
    pub title: &'static str,
    /// The entry of the main navigation that it belongs to.
    pub under: &'static str,
    pub asks: &'static [Ask],
    /// What it shows before anything was asked, as JSON.
    pub begins: &'static str,
    pub blocks: &'static [Block],
    /// Whether it is there for whoever is not signed in.
    pub open: bool,
    /// Where the answer has a letter, if all of the page is that letter, to be shown
    /// in a [`Block::Frame`]. Empty: it is a page.
    pub letter: &'static str,
}

/// A `GET` whose answer a page shows.
pub struct Ask {
    /// The member of the page's JSON that it becomes; empty: the page's JSON itself.
    pub into: &'static str,
    /// A path of the API, with the places of the page's address, and the parameters of
    /// its filter. What that says of the page's own list goes along.
    pub path: &'static str,
    /// Whether there is no page without it. Else a refusal stands in its place.
    pub needed: bool,
    pub once: Once,
}

/// When a page can ask for something.
#[derive(Clone, Copy, PartialEq)]
pub enum Once {
    /// At once: its path takes what stands in the page's address.
    Here,
    /// Once the page's own JSON is there, of which its path takes something.
    Known,
    /// For each record that the address names in this parameter, such as those
    /// ticked in a list; where it names none, for each of the page's own list.
    /// The place of its path has the parameter's name.
    Chosen(&'static str),
}

pub enum Block {
    /// What waits to be done, each with how much of it there is.
    Counts(&'static [Count]),
    /// Other looks at the same list: addresses that can be kept.
    Views(&'static [Link]),
    /// What can be asked of the list, in its address.
    Filter(&'static [Field]),
    Table(Table),
    /// A table whose rows can be ticked: the links lead on with those that are,
    /// as a parameter of this name. One that ends with `?` is about all that fit,
    /// on whichever page, and is there where there are several pages.
    Picks(&'static str, Table, &'static [Link]),
    Facts(Facts),
    /// Each entry of a list by itself, with what can be done to it.
    Each(Each),
    Form(Form),
    Links(&'static [Link]),
    Plot(Plot),
    Text(&'static str),
    /// A page of its own, shown in this one: what it is, and its path below `/admin`.
    Frame(&'static str, &'static str),
    /// What follows stands beside what came before, where there is room.
    Beside,
}

/// Amounts of a list in the answer as bars, for each currency by itself; nothing
/// where no entry has the label.
pub struct Plot {
    pub title: &'static str,
    pub rows: &'static str,
    /// Of an entry: what its bar is called, and how high it is.
    pub label: &'static str,
    pub amount: &'static str,
}

pub struct Count {
    pub label: &'static str,
    pub at: &'static str,
    /// Below `/admin`.
    pub path: &'static str,
}

pub struct Link {
    pub label: &'static str,
    /// Below `/admin`, or a path of the API; of a view the query alone, with its
    /// `?`. One that ends with `?` takes along what the address asks of the list.
    pub path: &'static str,
    /// It is there where all of these hold.
    pub when: &'static [When],
}

/// Rows of a list in the answer.
pub struct Table {
    pub title: &'static str,
    pub rows: &'static str,
    /// Where the first cell of a row leads, below `/admin`; nowhere if empty.
    pub leads: &'static str,
    pub columns: &'static [Fact],
    /// What is said where there is nothing.
    pub empty: &'static str,
}

pub struct Facts {
    pub title: &'static str,
    pub facts: &'static [Fact],
}

pub struct Each {
    pub rows: &'static str,
    /// What an entry is called.
    pub title: &'static str,
    pub facts: &'static [Fact],
    pub forms: &'static [Form],
}

/// One value with its name; left out where the answer does not have it.
pub struct Fact {
    pub label: &'static str,
    pub at: &'static str,
    pub shown: Shown,
}

/// How a value is shown. Amounts, lists, numbers and yes or no show themselves.
#[derive(Clone, Copy, PartialEq)]
pub enum Shown {
    Plain,
    /// One of a few words, such as `awaiting_payment`; it has a colour.
    Word,
    Time,
    Address,
    /// Text of several lines.
    Prose,
    /// A text that is copied whole.
    Copied,
    /// How many of how many: of the number that stands there, in the same row.
    Of(&'static str),
    /// Lines with their quantities: `2 × Kettle`.
    Pieces,
    /// What differs, by its place: `title: Mug → Cup`.
    Differences,
    /// An address elsewhere, which it leads to.
    Web,
    /// Leads to this address below `/admin`.
    Link(&'static str),
    /// How far long work is, such as `{done: 3, refused: 1, total: 9}`.
    Progress,
}

pub struct Form {
    /// Names it among the page's forms.
    pub id: &'static str,
    /// One without a title stands open, whatever its manner.
    pub title: &'static str,
    /// What it does, if its title does not say so.
    pub note: &'static str,
    pub verb: Verb,
    /// With the places of the page's address, and those of `within`.
    pub path: &'static str,
    /// Further places of the path, each with where the entry that the form stands at has it.
    pub within: &'static [(&'static str, &'static str)],
    pub fields: &'static [Field],
    pub button: &'static str,
    pub manner: Manner,
    /// It is there where all of these hold.
    pub when: &'static [When],
    /// What is said once it is done.
    pub done: &'static str,
    /// Where it leads then, below `/admin`, with the answer's values; none: back
    /// to the page.
    pub then: Option<&'static str>,
}

/// What a form does at its route.
#[derive(Clone, Copy, PartialEq)]
pub enum Verb {
    Post,
    Patch,
    Put,
    Delete,
}

#[derive(Clone, Copy)]
pub enum Manner {
    /// Stands open; a bar keeps what was changed in sight.
    Edit,
    /// Stands open.
    Open,
    /// Is opened first.
    Act,
    /// Is opened first, and looks like what it is.
    Hurt,
    /// Is opened first; its answer is shown at once, as it is seen only once.
    Reveal(&'static Facts),
    /// Stands open; its answer is shown on the page, which has it as `_answer`.
    Answer,
    /// Is opened first; before it counts, this route says what would come of it,
    /// of which these are shown, and it is confirmed. It may be the form's own
    /// route, told so by a [`Takes::Look`].
    Review(&'static str, &'static [Block]),
    /// Stands open; its answer says of each chosen record what came of it, and is
    /// shown beside them. Those that refused stay ticked.
    Each,
}

/// That the answer has one of these words at a place; of none, that there is
/// something: not `null`, `false`, zero or an empty list or text. With `!` before
/// the place, that it is not so.
pub struct When(pub &'static str, pub &'static [&'static str]);

/// A field of a form.
#[derive(Clone, Copy)]
pub struct Field {
    /// Where its value goes in the body; within rows, in the row. Of a filter,
    /// the parameter's name.
    pub at: &'static str,
    pub label: &'static str,
    pub note: &'static str,
    pub takes: Takes,
    /// Where its value stands now, if not at the same place.
    pub from: &'static str,
    /// Left out where the answer has nothing there.
    pub when: &'static str,
    /// What becomes of it if it is empty.
    pub blank: Blank,
}

#[derive(Clone, Copy)]
pub enum Blank {
    /// An empty text, or an empty list.
    Sent,
    /// Nothing is said of it.
    Omitted,
    Null,
    /// `null`; if all of its object is, that is `null`.
    NullWithAll,
}

/// What is typed into a field, and how it becomes JSON.
#[derive(Clone, Copy)]
pub enum Takes {
    Line,
    Email,
    Password,
    /// Text of several lines.
    Prose,
    /// A list of texts, one on each line.
    Lines,
    Whole,
    /// A part of a hundred, as a text: `12.5`. With a point or a comma, and perhaps its sign.
    Percent,
    /// Minor units, typed as people write amounts; in the currency that stands beside it.
    Minor,
    /// An amount with its currency, which the answer has there.
    Money(&'static str),
    /// A price for each of the shop's currencies, and what it was before. Its sale and
    /// its tiers stay.
    Prices,
    /// A price for each of the shop's currencies, and all that there is to one.
    WholePrices,
    /// A price for each of the shop's currencies.
    PricesAlone,
    Flag,
    Choice(&'static [(&'static str, &'static str)]),
    /// One of what the answer has there: texts, or things with an `id`, a `title`
    /// and a `price`.
    ChoiceOf(&'static str),
    /// An address, each member in a field of its own. What is left empty in all of
    /// them is none, of which nothing is said.
    Address,
    /// A variant by its SKU, which becomes its id (see [`super::variants`]).
    Variant,
    Time,
    /// A day of the calendar.
    Day,
    /// `Size: S; Colour: red`, an object of texts.
    Pairs,
    /// An object of texts, whole numbers and yes or no, one on each line: `cost: 300`.
    /// What is taken out is `null`, where a [`Takes::FactsBefore`] stands before it.
    Facts,
    /// Not typed: which names a [`Takes::Facts`] at the same place has now.
    FactsBefore,
    /// Rows as a spreadsheet copies them, one on each line, with a tab between their
    /// cells, which are of these [`Column`]s.
    Sheet(&'static [Column]),
    /// Not typed: the text that the answer has.
    Hidden,
    /// Not typed: what the answer has, whatever that is.
    Kept,
    /// Not typed: this word.
    Fixed(&'static str),
    /// Not typed: `true` while what would come of the form is looked at, and not
    /// said once that is confirmed.
    Look,
    /// Not typed: an object without members.
    Empty,
    /// Not sent: what tells one row from another.
    Only(Shown),
    /// A tick that takes the row along: what the answer has there. Of a row
    /// without it nothing is said.
    Pick,
    /// Typed, for a place of the form's path.
    Place,
    /// A file, which is the whole body that is sent.
    File,
    /// A row for each entry of a list, and so many empty ones.
    Rows(&'static [Field], usize),
}

/// What a column of a sheet is.
#[derive(Clone, Copy)]
pub enum Column {
    Text(&'static str),
    Whole(&'static str),
    /// The only price, in the shop's first currency.
    Price(&'static str),
}

impl Page {
    /// All forms of the page, wherever they stand.
    pub fn forms(&self) -> impl Iterator<Item = &'static Form> {
        self.blocks.iter().flat_map(|block| match block {
            Block::Form(form) => std::slice::from_ref(form),
            Block::Each(each) => each.forms,
            _ => &[],
        })
    }
    pub const fn new(path: &'static str, title: &'static str, under: &'static str) -> Self {
        Self { path, title, under, asks: &[], begins: "{}", blocks: &[], open: false, letter: "" }
    }
    pub const fn asks(self, asks: &'static [Ask]) -> Self {
        Self { asks, ..self }
    }
    pub const fn shows(self, blocks: &'static [Block]) -> Self {
        Self { blocks, ..self }
    }
}

/// The page's own JSON.
pub const fn ask(path: &'static str) -> Ask {
    Ask { into: "", path, needed: true, once: Once::Here }
}

/// Another answer, as a member of the page's JSON.
pub const fn also(into: &'static str, path: &'static str) -> Ask {
    Ask { into, path, needed: true, once: Once::Here }
}

/// Another answer, or the problem that came instead.
pub const fn if_there(into: &'static str, path: &'static str) -> Ask {
    Ask { into, path, needed: false, once: Once::Here }
}

/// Another answer, once the page's own JSON says what to ask for; or the problem
/// that came instead.
pub const fn known(into: &'static str, path: &'static str) -> Ask {
    Ask { into, path, needed: false, once: Once::Known }
}

/// Each of the records that were chosen, as a list.
pub const fn chosen(into: &'static str, parameter: &'static str, path: &'static str) -> Ask {
    Ask { into, path, needed: false, once: Once::Chosen(parameter) }
}

pub const fn fact(label: &'static str, at: &'static str, shown: Shown) -> Fact {
    Fact { label, at, shown }
}

pub const fn link(label: &'static str, path: &'static str) -> Link {
    Link { label, path, when: &[] }
}

impl Link {
    pub const fn when(self, when: &'static [When]) -> Self {
        Self { when, ..self }
    }
}

impl Verb {
    pub const fn method(self) -> http::Method {
        match self {
            Self::Post => http::Method::POST,
            Self::Patch => http::Method::PATCH,
            Self::Put => http::Method::PUT,
            Self::Delete => http::Method::DELETE,
        }
    }
}
